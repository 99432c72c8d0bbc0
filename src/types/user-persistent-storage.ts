import type { SecondaryExposure } from '../engine/engine';

/**
 * An experiment assignment as it is kept for a user (BEHAVIOUR.md 5). Keys are written in this
 * order.
 */
export type StickyValues = {
  /** Whether the user is in the experiment. */
  value: boolean;
  /** The parameters. */
  json_value: Record<string, unknown>;
  /** The rule that decided. */
  rule_id: string;
  /** Name of the group, null without one. */
  group_name: string | null;
  /** Gates that were evaluated on the way. */
  secondary_exposures: SecondaryExposure[];
  /** Layers: those before an experiment took over. */
  undelegated_secondary_exposures: SecondaryExposure[];
  /** Layers: the experiment that took over, null without one. */
  config_delegate: string | null;
  /** Layers: parameters of that experiment. */
  explicit_parameters: string[] | null;
  /** Time of the config specs that the assignment was made with, in ms. */
  time: number;
  /** Version of the experiment. Absent when the payload has none. */
  configVersion?: number | undefined;
  /** The same in what the newer SDK stored; read where the other one is missing. */
  config_version?: number | null | undefined;
};

/** All assignments of one user: name of the experiment or layer → assignment. */
export type UserPersistedValues = Record<string, StickyValues>;

/** A synchronous store for assignments. What it throws is logged and otherwise ignored. */
export interface IUserPersistentStorage {
  /** All assignments under a key, `{unit ID}:{ID type}`. */
  load(key: string): UserPersistedValues;
  /** Stores one assignment. */
  save(key: string, configName: string, data: StickyValues): void;
  /** Forgets one assignment. */
  delete(key: string, configName: string): void;
}

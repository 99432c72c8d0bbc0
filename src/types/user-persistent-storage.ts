import type { SecondaryExposure } from '../engine/engine';

/**
 * An experiment assignment as it is kept for a user (BEHAVIOUR.md 5). Keys are written in this
 * order.
 */
export type StickyValues = {
  value: boolean;
  json_value: Record<string, unknown>;
  rule_id: string;
  group_name: string | null;
  secondary_exposures: SecondaryExposure[];
  undelegated_secondary_exposures: SecondaryExposure[];
  config_delegate: string | null;
  explicit_parameters: string[] | null;
  /** Time of the config specs that the assignment was made with, in ms. */
  time: number;
  configVersion?: number | undefined;
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

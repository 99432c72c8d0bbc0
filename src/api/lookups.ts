/** What the specs say, whoever asks (NEWER.md 11). Nothing is evaluated, logged or counted. */
import { fieldsOf } from '../host/fields';
import { SpecKind } from '../engine/engine';
import type { EngineHost } from '../engine-host/engine-host';
import type { KnownSpec } from '../engine-host/spec-facts';
import type { Clock } from '../host/clock';
import { DynamicConfig, EvaluationDetails, type EvaluationReason } from '../results/results';

/** A group of an experiment. */
export interface ExperimentGroup {
  /** '' when it has none. */
  groupName: string;
  /** ID of its rule. */
  ruleId: string;
  /** Which ID of users decides. */
  idType: string;
  /** The experiment's parameters in it. */
  returnValue: Record<string, unknown>;
}

/** What `getExperimentGroups` gives. */
export interface ExperimentGroups {
  /** Whether it runs; absent when the name is no experiment's. */
  isExperimentActive?: boolean;
  /** In their order. */
  groups: ExperimentGroup[];
}

/** See the head of this file. */
export interface LookupCalls {
  /**
   * The groups of an experiment, for example for a page on which testers choose one.
   * @example const names = Statsig.getExperimentGroups('button').groups.map((g) => g.groupName);
   */
  getExperimentGroups(experimentName: string): ExperimentGroups;

  /** An experiment as users of a group see it; `{}` for an unknown group. No exposure. */
  getExperimentByGroupName(experimentName: string, groupName: string): DynamicConfig;

  /** The same by the ID of the group's rule. */
  getExperimentByGroupIdAdvanced(experimentName: string, groupID: string): DynamicConfig;

  /** Fields of users that a gate looks at, where the specs say so. */
  getFieldsNeededForGate(gateName: string): string[];

  /** Fields of users that a dynamic config looks at, where the specs say so. */
  getFieldsNeededForDynamicConfig(configName: string): string[];

  /** Fields of users that an experiment looks at, where the specs say so. */
  getFieldsNeededForExperiment(experimentName: string): string[];

  /** Fields of users that a layer looks at, where the specs say so. */
  getFieldsNeededForLayer(layerName: string): string[];

  /** Fields of users that anything looks at to which a parameter store refers. */
  getFieldsNeededForParameterStore(storeName: string): string[];
}

/** The calls on one life. */
export class Lookups implements LookupCalls {
  constructor(
    private readonly host: EngineHost,
    private readonly clock: Clock,
  ) {}

  getExperimentGroups(experimentName: string): ExperimentGroups {
    const spec = this.#configOf(experimentName);
    if (spec === null || spec.entity !== 'experiment') return { groups: [] };
    const groups = spec.groups
      .filter(({ isExperimentGroup }) => isExperimentGroup)
      .map(({ groupName, ruleId, idType, returnValue }) => ({
        groupName: groupName ?? '',
        ruleId,
        idType,
        returnValue: copyOf(returnValue) as Record<string, unknown>,
      }));
    return { isExperimentActive: spec.isActive, groups };
  }

  getExperimentByGroupName(experimentName: string, groupName: string): DynamicConfig {
    return this.#groupOf(experimentName, (group) => group.groupName === groupName);
  }

  getExperimentByGroupIdAdvanced(experimentName: string, groupID: string): DynamicConfig {
    return this.#groupOf(experimentName, (group) => group.ruleId === groupID);
  }

  getFieldsNeededForGate(gateName: string): string[] {
    return this.#fieldsOf(SpecKind.Gate, gateName);
  }

  getFieldsNeededForDynamicConfig(configName: string): string[] {
    return this.#fieldsOf(SpecKind.Config, configName);
  }

  getFieldsNeededForExperiment(experimentName: string): string[] {
    return this.#fieldsOf(SpecKind.Config, experimentName);
  }

  getFieldsNeededForLayer(layerName: string): string[] {
    return this.#fieldsOf(SpecKind.Layer, layerName);
  }

  getFieldsNeededForParameterStore(storeName: string): string[] {
    if (typeof storeName !== 'string') return [];
    const store = this.host.facts.parameterStore(storeName) as
      | { parameters?: Record<string, Record<string, unknown> | null> }
      | undefined;
    const fields = Object.values(store?.parameters ?? {}).flatMap((parameter) => [
      ...this.#fieldsOf(SpecKind.Gate, parameter?.['gate_name']),
      ...this.#fieldsOf(SpecKind.Config, parameter?.['config_name']),
      ...this.#fieldsOf(SpecKind.Config, parameter?.['experiment_name']),
      ...this.#fieldsOf(SpecKind.Layer, parameter?.['layer_name']),
    ]);
    return [...new Set(fields)];
  }

  #fieldsOf(kind: SpecKind, name: unknown): string[] {
    const spec = typeof name === 'string' ? this.host.facts.contentOf(kind, name) : null;
    return [...(spec?.fieldsUsed ?? [])];
  }

  #configOf(name: unknown): KnownSpec | null {
    return typeof name === 'string' ? this.host.facts.contentOf(SpecKind.Config, name) : null;
  }

  #groupOf(name: string, isWanted: (group: KnownSpec['groups'][number]) => boolean): DynamicConfig {
    const group = this.#configOf(name)?.groups.find(isWanted);
    const { reason, configSyncTime, initTime } = this.host.specTimes;
    const details = new EvaluationDetails(
      configSyncTime,
      initTime,
      (group === undefined && reason !== 'Uninitialized'
        ? 'Unrecognized'
        : reason) as EvaluationReason,
      this.clock.now(),
    );
    const { returnValue, ruleId = '', groupName = null, idType = '' } = group ?? {};
    const value = fieldsOf(returnValue ?? {});
    return new DynamicConfig(name, value, ruleId, groupName, idType, [], null, details);
  }
}

function copyOf(value: unknown): unknown {
  return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value;
}

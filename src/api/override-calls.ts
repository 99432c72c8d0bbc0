/** Local overrides, for tests and for people who try things (BEHAVIOUR.md 4, NEWER.md 12). */
import { SpecKind, type OverrideTable } from '../engine/engine';
import { guarded } from '../observability/error-boundary';
import type { ExceptionReporter } from '../observability/exception-report';
import type { SafeLogger } from '../observability/logger';
import type { OverriddenLife, Overrides } from '../features/overrides';
import type { Runtime } from '../runtime/runtime';

/** See the head of this file. */
export interface OverrideCalls {
  /** Makes a gate answer `value`, for one userID or custom ID or, without one, for everybody. */
  overrideGate(gateName: string, value: boolean, userOrCustomID?: string | null): void;

  /** Makes a config or experiment answer `value`, as `overrideGate` does. */
  overrideConfig(
    configName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void;

  /** The same: configs and experiments have one set of overrides. */
  overrideDynamicConfig(
    configName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void;

  /** The same: configs and experiments have one set of overrides. */
  overrideExperiment(
    experimentName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void;

  /**
   * Makes an experiment answer what it gives a group, whatever that is in the specs of the moment;
   * `{}` for a group that they do not have. Takes the place of a value that was given, and the
   * reverse.
   */
  overrideExperimentByGroupName(
    experimentName: string,
    groupName: string,
    userOrCustomID?: string | null,
  ): void;

  /** Makes a layer answer `value`, as `overrideGate` does. */
  overrideLayer(
    layerName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void;

  /**
   * Replaces a parameter store by these parameters, as `overrideGate` does. A parameter is its
   * value, or has the form that it has in config specs (`ref_type`, `param_type`, …).
   */
  overrideParameterStore(
    storeName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void;

  /** Forgets overrides of a gate: that for an ID or, without one, all. */
  removeGateOverride(gateName: string, userOrCustomID?: string | null): void;

  /** Forgets overrides of a config or experiment: that for an ID or, without one, all. */
  removeConfigOverride(configName: string, userOrCustomID?: string | null): void;

  /** The same: configs and experiments have one set of overrides. */
  removeDynamicConfigOverride(configName: string, userOrCustomID?: string | null): void;

  /** The same: configs and experiments have one set of overrides. */
  removeExperimentOverride(experimentName: string, userOrCustomID?: string | null): void;

  /** Forgets overrides of a layer: that for an ID or, without one, all. */
  removeLayerOverride(layerName: string, userOrCustomID?: string | null): void;

  /** Forgets overrides of a parameter store: that for an ID or, without one, all. */
  removeParameterStoreOverride(storeName: string, userOrCustomID?: string | null): void;

  /** Forgets all overrides of gates. */
  clearAllGateOverrides(): void;

  /** Forgets all overrides of configs and experiments. */
  clearAllConfigOverrides(): void;

  /** Forgets all overrides of layers. */
  clearAllLayerOverrides(): void;

  /** Forgets all overrides of whatever kind. */
  removeAllOverrides(): void;
}

/** The calls on one life. */
export class OverrideSetter implements OverrideCalls {
  constructor(
    private readonly overrides: Overrides,
    private readonly logger: SafeLogger,
    private readonly exceptions: ExceptionReporter,
  ) {}

  overrideGate(gateName: string, value: boolean, userOrCustomID: string | null = ''): void {
    this.#override('gates', 'gate', gateName, value, userOrCustomID);
  }

  overrideConfig(
    configName: string,
    value: Record<string, unknown>,
    userOrCustomID: string | null = '',
  ): void {
    this.#override('configs', 'config', configName, value, userOrCustomID);
  }

  overrideDynamicConfig(
    configName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void {
    this.overrideConfig(configName, value, userOrCustomID);
  }

  overrideExperiment(
    experimentName: string,
    value: Record<string, unknown>,
    userOrCustomID?: string | null,
  ): void {
    this.overrideConfig(experimentName, value, userOrCustomID);
  }

  overrideExperimentByGroupName(
    experimentName: string,
    groupName: string,
    userOrCustomID: string | null = '',
  ): void {
    guarded(this.exceptions, 'override', undefined, () =>
      this.overrides.setGroup(experimentName, String(groupName), userOrCustomID),
    );
  }

  overrideLayer(
    layerName: string,
    value: Record<string, unknown>,
    userOrCustomID: string | null = '',
  ): void {
    this.#override('layers', 'layer', layerName, value, userOrCustomID);
  }

  overrideParameterStore(
    storeName: string,
    value: Record<string, unknown>,
    userOrCustomID: string | null = '',
  ): void {
    if (typeof value !== 'object' || value === null) {
      this.#refuse('parameter store', 'object');
      return;
    }
    guarded(this.exceptions, 'override', undefined, () =>
      this.overrides.stores.set(storeName, value, userOrCustomID ?? ''),
    );
  }

  removeGateOverride(gateName: string, userOrCustomID?: string | null): void {
    this.#remove('gates', gateName, userOrCustomID);
  }

  removeConfigOverride(configName: string, userOrCustomID?: string | null): void {
    this.#remove('configs', configName, userOrCustomID);
  }

  removeDynamicConfigOverride(configName: string, userOrCustomID?: string | null): void {
    this.removeConfigOverride(configName, userOrCustomID);
  }

  removeExperimentOverride(experimentName: string, userOrCustomID?: string | null): void {
    this.removeConfigOverride(experimentName, userOrCustomID);
  }

  removeLayerOverride(layerName: string, userOrCustomID?: string | null): void {
    this.#remove('layers', layerName, userOrCustomID);
  }

  removeParameterStoreOverride(storeName: string, userOrCustomID?: string | null): void {
    guarded(this.exceptions, 'override', undefined, () =>
      this.overrides.stores.remove(storeName, userOrCustomID ?? null),
    );
  }

  clearAllGateOverrides(): void {
    this.overrides.clear('gates');
  }

  clearAllConfigOverrides(): void {
    this.overrides.clear('configs');
  }

  clearAllLayerOverrides(): void {
    this.overrides.clear('layers');
  }

  removeAllOverrides(): void {
    this.overrides.clearAll();
  }

  #override(
    kind: keyof OverrideTable,
    noun: string,
    name: string,
    value: unknown,
    id: string | null,
  ): void {
    const type = kind === 'gates' ? 'boolean' : 'object';
    if (typeof value !== type) {
      this.#refuse(noun, type);
      return;
    }
    guarded(this.exceptions, 'override', undefined, () =>
      this.overrides.set(kind, name, value, id),
    );
  }

  #remove(kind: keyof OverrideTable, name: string, id: string | null | undefined): void {
    guarded(this.exceptions, 'override', undefined, () =>
      this.overrides.remove(kind, name, id ?? null),
    );
  }

  #refuse(noun: string, type: string): void {
    this.logger.warn(`statsigSDK> Attempted to override a ${noun} with a non ${type} value`);
  }
}

/** What overrides need of a life. */
export function overriddenLife(runtime: Runtime): OverriddenLife {
  return {
    setOverrides(table) {
      runtime.misuse.overrides = table;
      runtime.engineHost.engine.setOverrides(table);
    },
    valueOfGroup(experiment, group) {
      const spec = runtime.engineHost.facts.contentOf(SpecKind.Config, experiment);
      return spec?.groups.find(({ groupName }) => groupName === group)?.returnValue ?? null;
    },
  };
}

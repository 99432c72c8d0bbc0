/** Local overrides under the newer SDK's names. */
import type { Instance } from './instance';
import { ConfigOverrides } from './overrides';

type Id = string | undefined | null;
// biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
type Value = Record<string, any>;

/** See the head of this file. */
export abstract class StatsigOverrides {
  /** @internal */
  protected abstract readonly instance: Instance;
  /** @internal */
  protected readonly overrides: ConfigOverrides;

  constructor() {
    // A life holds the overrides, and must not hold the instance: abandoned.ts.
    const self = new WeakRef(this);
    this.overrides = new ConfigOverrides(
      (experiment, group) =>
        self.deref()?.instance.getExperimentByGroupName(experiment, group).value ?? {},
    );
  }

  /**
   * Makes a gate answer a value.
   * @param id a user ID or custom ID for whom it does; everybody without one. So with all overrides
   */
  overrideGate(gateName: string, value: boolean, id?: Id): void {
    this.instance.overrideGate(gateName, value, id ?? '');
  }

  /** Makes a dynamic config answer a value; an experiment of the same name stays. */
  overrideDynamicConfig(configName: string, value: Value, id?: Id): void {
    this.overrides.configs.set(configName, value, id);
  }

  /** Makes an experiment answer a value; layers that hand over to it are not asked for it. */
  overrideExperiment(experimentName: string, value: Value, id?: Id): void {
    this.overrides.experiments.set(experimentName, { value }, id);
  }

  /** Makes an experiment answer what it gives a group, also when the specs change it later. */
  overrideExperimentByGroupName(experimentName: string, groupName: string, id?: Id): void {
    if (typeof groupName !== 'string') return;
    this.overrides.experiments.set(experimentName, { group: groupName }, id);
  }

  /** Makes a layer have these parameters and no others. */
  overrideLayer(layerName: string, value: Value, id?: Id): void {
    this.instance.overrideLayer(layerName, value, id ?? '');
  }

  /** Makes a parameter store have these values. Unlike in the newer SDK, it has an effect. */
  overrideParameterStore(parameterStoreName: string, value: Value, id?: Id): void {
    this.instance.overrideParameterStore(parameterStoreName, value, id ?? '');
  }

  /** Forgets an override of a gate: that of an ID, or without one all of the name. */
  removeGateOverride(gateName: string, id?: Id): void {
    this.instance.removeGateOverride(gateName, id ?? null);
  }

  /** Forgets an override of a dynamic config: that of an ID, or without one all of the name. */
  removeDynamicConfigOverride(configName: string, id?: Id): void {
    this.overrides.configs.remove(configName, id);
  }

  /** Forgets an override of an experiment: that of an ID, or without one all of the name. */
  removeExperimentOverride(experimentName: string, id?: Id): void {
    this.overrides.experiments.remove(experimentName, id);
  }

  /** Forgets an override of a layer: that of an ID, or without one all of the name. */
  removeLayerOverride(layerName: string, id?: Id): void {
    this.instance.removeLayerOverride(layerName, id ?? null);
  }

  /** Forgets an override of a parameter store: that of an ID, or without one all of the name. */
  removeParameterStoreOverride(parameterStoreName: string, id?: Id): void {
    this.instance.removeParameterStoreOverride(parameterStoreName, id ?? null);
  }

  /** Forgets all overrides. */
  removeAllOverrides(): void {
    this.overrides.clear();
    this.instance.removeAllOverrides();
  }

  /** @internal Runs a call; what it throws is logged, and the fallback is the answer. */
  protected guarded<T>(what: string, fallback: T, call: () => T): T {
    try {
      return call();
    } catch (error) {
      this.instance.complain(what, error);
      return fallback;
    }
  }
}

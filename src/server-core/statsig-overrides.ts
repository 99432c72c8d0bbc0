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

  overrideGate(gateName: string, value: boolean, id?: Id): void {
    this.instance.overrideGate(gateName, value, id ?? '');
  }

  overrideDynamicConfig(configName: string, value: Value, id?: Id): void {
    this.overrides.configs.set(configName, value, id);
  }

  overrideExperiment(experimentName: string, value: Value, id?: Id): void {
    this.overrides.experiments.set(experimentName, { value }, id);
  }

  overrideExperimentByGroupName(experimentName: string, groupName: string, id?: Id): void {
    this.overrides.experiments.set(experimentName, { group: groupName }, id);
  }

  overrideLayer(layerName: string, value: Value, id?: Id): void {
    this.instance.overrideLayer(layerName, value, id ?? '');
  }

  /** Unlike there, it has an effect. */
  overrideParameterStore(parameterStoreName: string, value: Value, id?: Id): void {
    this.instance.overrideParameterStore(parameterStoreName, value, id ?? '');
  }

  removeGateOverride(gateName: string, id?: Id): void {
    this.instance.removeGateOverride(gateName, id ?? null);
  }

  removeDynamicConfigOverride(configName: string, id?: Id): void {
    this.overrides.configs.remove(configName, id);
  }

  removeExperimentOverride(experimentName: string, id?: Id): void {
    this.overrides.experiments.remove(experimentName, id);
  }

  removeLayerOverride(layerName: string, id?: Id): void {
    this.instance.removeLayerOverride(layerName, id ?? null);
  }

  removeParameterStoreOverride(parameterStoreName: string, id?: Id): void {
    this.instance.removeParameterStoreOverride(parameterStoreName, id ?? null);
  }

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

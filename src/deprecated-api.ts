/**
 * The deprecated methods of statsig-node. All are synchronous; none fires `evaluationCallback`, all fire
 * `evaluationCallbacks` (BEHAVIOUR.md 1.4).
 */
import * as calls from './calls';
import type { Evaluations } from './evaluations';
import type { DynamicConfig, FeatureGate, Layer } from './results';
import { stickyRequest } from './sticky';
import type { GetExperimentOptions, GetLayerOptions } from './types/statsig-options';
import type { StatsigUser } from './user';

/** See the head of this file. */
export abstract class DeprecatedApi {
  /** @internal */
  protected abstract readonly evaluations: Evaluations;

  /** @deprecated use checkGate */
  checkGateSync(user: StatsigUser, gateName: string): boolean {
    return this.evaluations.checkGate(user, gateName, calls.GATE);
  }

  /** @deprecated use getFeatureGate */
  getFeatureGateSync(user: StatsigUser, gateName: string): FeatureGate {
    return this.evaluations.gate(user, gateName, calls.GATE);
  }

  /** @deprecated use checkGate with `disableExposureLogging` */
  checkGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: string): boolean {
    return this.evaluations.checkGate(user, gateName, calls.GATE_DISABLED);
  }

  /** @deprecated use getFeatureGate with `disableExposureLogging` */
  getFeatureGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: string): FeatureGate {
    return this.evaluations.gate(user, gateName, calls.GATE_DISABLED);
  }

  /** @deprecated use getConfig */
  getConfigSync(user: StatsigUser, configName: string): DynamicConfig {
    return this.evaluations.config(user, configName, calls.CONFIG);
  }

  /** @deprecated use getConfig with `disableExposureLogging` */
  getConfigWithExposureLoggingDisabledSync(user: StatsigUser, configName: string): DynamicConfig {
    return this.evaluations.config(user, configName, calls.CONFIG_DISABLED);
  }

  /** @deprecated use getExperiment */
  getExperimentSync(user: StatsigUser, experimentName: string, options?: GetExperimentOptions): DynamicConfig {
    return this.evaluations.config(user, experimentName, calls.EXPERIMENT_SYNC, stickyRequest(options));
  }

  /** @deprecated use getExperiment with `disableExposureLogging` */
  getExperimentWithExposureLoggingDisabledSync(
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.evaluations.config(user, experimentName, calls.EXPERIMENT_DISABLED, stickyRequest(options));
  }

  /** @deprecated use getLayer */
  getLayerSync(user: StatsigUser, layerName: string, options?: GetLayerOptions): Layer {
    return this.evaluations.layer(user, layerName, calls.LAYER, stickyRequest(options));
  }

  /** @deprecated use getLayer with `disableExposureLogging` */
  getLayerWithExposureLoggingDisabledSync(user: StatsigUser, layerName: string, options?: GetLayerOptions): Layer {
    return this.evaluations.layer(user, layerName, calls.LAYER_DISABLED, stickyRequest(options));
  }

  /** @deprecated use checkGate with `disableExposureLogging` */
  checkGateWithExposureLoggingDisabled(user: StatsigUser, gateName: string): boolean {
    return this.evaluations.checkGate(user, gateName, calls.GATE_DISABLED);
  }

  /** @deprecated use getFeatureGate with `disableExposureLogging` */
  getFeatureGateWithExposureLoggingDisabled(user: StatsigUser, gateName: string): FeatureGate {
    return this.evaluations.gate(user, gateName, calls.GATE_DISABLED);
  }

  /** @deprecated use getConfig with `disableExposureLogging` */
  getConfigWithExposureLoggingDisabled(user: StatsigUser, configName: string): DynamicConfig {
    return this.evaluations.config(user, configName, calls.CONFIG_DISABLED);
  }

  /** @deprecated use getExperiment with `disableExposureLogging` */
  getExperimentWithExposureLoggingDisabled(
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.evaluations.config(user, experimentName, calls.EXPERIMENT_DISABLED, stickyRequest(options));
  }

  /** @deprecated use getLayer with `disableExposureLogging` */
  getLayerWithExposureLoggingDisabled(user: StatsigUser, layerName: string, options?: GetLayerOptions): Layer {
    return this.evaluations.layer(user, layerName, calls.LAYER_DISABLED, stickyRequest(options));
  }
}

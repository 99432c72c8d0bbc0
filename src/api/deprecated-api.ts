/**
 * The deprecated methods of statsig-node. All are synchronous; none fires `evaluationCallback`, all
 * fire `evaluationCallbacks` (BEHAVIOUR.md 1.4).
 */
import * as calls from './calls';
import type { PublicCalls } from './public-calls';
import type { DynamicConfig, FeatureGate, Layer } from '../results/results';
import { stickyRequest } from '../features/sticky';
import type { GetExperimentOptions, GetLayerOptions } from '../options/statsig-options';
import type { StatsigUser } from '../types/user';

/** See the head of this file. */
export abstract class DeprecatedApi {
  /** @internal */
  protected abstract readonly publicCalls: PublicCalls;

  /**
   * The gate's value, as `checkGate` gives it.
   * @deprecated Use `checkGate`.
   */
  checkGateSync(user: StatsigUser, gateName: string): boolean {
    return this.publicCalls.checkGate(user, gateName, calls.GATE);
  }

  /**
   * The gate, as `getFeatureGate` gives it.
   * @deprecated Use `getFeatureGate`.
   */
  getFeatureGateSync(user: StatsigUser, gateName: string): FeatureGate {
    return this.publicCalls.gate(user, gateName, calls.GATE);
  }

  /**
   * The gate's value, as `checkGate` gives it without an exposure.
   * @deprecated Use `checkGate` with `disableExposureLogging`.
   */
  checkGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: string): boolean {
    return this.publicCalls.checkGate(user, gateName, calls.GATE_DISABLED);
  }

  /**
   * The gate, as `getFeatureGate` gives it without an exposure.
   * @deprecated Use `getFeatureGate` with `disableExposureLogging`.
   */
  getFeatureGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: string): FeatureGate {
    return this.publicCalls.gate(user, gateName, calls.GATE_DISABLED);
  }

  /**
   * A dynamic config, as `getConfig` gives it.
   * @deprecated Use `getConfig`.
   */
  getConfigSync(user: StatsigUser, configName: string): DynamicConfig {
    return this.publicCalls.config(user, configName, calls.CONFIG);
  }

  /**
   * A dynamic config, as `getConfig` gives it without an exposure.
   * @deprecated Use `getConfig` with `disableExposureLogging`.
   */
  getConfigWithExposureLoggingDisabledSync(user: StatsigUser, configName: string): DynamicConfig {
    return this.publicCalls.config(user, configName, calls.CONFIG_DISABLED);
  }

  /**
   * An experiment, as `getExperiment` gives it.
   * @deprecated Use `getExperiment`.
   */
  getExperimentSync(
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.publicCalls.config(
      user,
      experimentName,
      calls.EXPERIMENT_SYNC,
      stickyRequest(options),
    );
  }

  /**
   * An experiment, as `getExperiment` gives it without an exposure.
   * @deprecated Use `getExperiment` with `disableExposureLogging`.
   */
  getExperimentWithExposureLoggingDisabledSync(
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.publicCalls.config(
      user,
      experimentName,
      calls.EXPERIMENT_DISABLED,
      stickyRequest(options),
    );
  }

  /**
   * A layer, as `getLayer` gives it.
   * @deprecated Use `getLayer`.
   */
  getLayerSync(user: StatsigUser, layerName: string, options?: GetLayerOptions): Layer {
    return this.publicCalls.layer(user, layerName, calls.LAYER, stickyRequest(options));
  }

  /**
   * A layer, as `getLayer` gives it without an exposure.
   * @deprecated Use `getLayer` with `disableExposureLogging`.
   */
  getLayerWithExposureLoggingDisabledSync(
    user: StatsigUser,
    layerName: string,
    options?: GetLayerOptions,
  ): Layer {
    return this.publicCalls.layer(user, layerName, calls.LAYER_DISABLED, stickyRequest(options));
  }

  /**
   * The gate's value, as `checkGate` gives it without an exposure.
   * @deprecated Use `checkGate` with `disableExposureLogging`.
   */
  checkGateWithExposureLoggingDisabled(user: StatsigUser, gateName: string): boolean {
    return this.publicCalls.checkGate(user, gateName, calls.GATE_DISABLED);
  }

  /**
   * The gate, as `getFeatureGate` gives it without an exposure.
   * @deprecated Use `getFeatureGate` with `disableExposureLogging`.
   */
  getFeatureGateWithExposureLoggingDisabled(user: StatsigUser, gateName: string): FeatureGate {
    return this.publicCalls.gate(user, gateName, calls.GATE_DISABLED);
  }

  /**
   * A dynamic config, as `getConfig` gives it without an exposure.
   * @deprecated Use `getConfig` with `disableExposureLogging`.
   */
  getConfigWithExposureLoggingDisabled(user: StatsigUser, configName: string): DynamicConfig {
    return this.publicCalls.config(user, configName, calls.CONFIG_DISABLED);
  }

  /**
   * An experiment, as `getExperiment` gives it without an exposure.
   * @deprecated Use `getExperiment` with `disableExposureLogging`.
   */
  getExperimentWithExposureLoggingDisabled(
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.publicCalls.config(
      user,
      experimentName,
      calls.EXPERIMENT_DISABLED,
      stickyRequest(options),
    );
  }

  /**
   * A layer, as `getLayer` gives it without an exposure.
   * @deprecated Use `getLayer` with `disableExposureLogging`.
   */
  getLayerWithExposureLoggingDisabled(
    user: StatsigUser,
    layerName: string,
    options?: GetLayerOptions,
  ): Layer {
    return this.publicCalls.layer(user, layerName, calls.LAYER_DISABLED, stickyRequest(options));
  }
}

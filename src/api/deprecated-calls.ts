/**
 * The deprecated methods of statsig-node. All are synchronous; none fires `evaluationCallback`, all
 * fire `evaluationCallbacks` (BEHAVIOUR.md 1.4).
 */
import * as calls from './calls';
import type { Call } from './calls';
import type { PublicCalls } from './public-calls';
import type { DynamicConfig, FeatureGate, Layer } from '../results/results';
import { stickyRequest } from '../features/sticky';
import type { GetExperimentOptions, GetLayerOptions } from '../options/statsig-options';
import type { ConfigName, ExperimentName, GateName, LayerName } from '../types/flags';
import type { StatsigUser } from '../types/user';

/** See the head of this file. */
export interface DeprecatedCalls {
  /**
   * The gate's value, as `checkGate` gives it.
   * @deprecated Use `checkGate`.
   */
  checkGateSync(user: StatsigUser, gateName: GateName): boolean;

  /**
   * The gate, as `getFeatureGate` gives it.
   * @deprecated Use `getFeatureGate`.
   */
  getFeatureGateSync(user: StatsigUser, gateName: GateName): FeatureGate;

  /**
   * The gate's value, as `checkGate` gives it without an exposure.
   * @deprecated Use `checkGate` with `disableExposureLogging`.
   */
  checkGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: GateName): boolean;

  /**
   * The gate, as `getFeatureGate` gives it without an exposure.
   * @deprecated Use `getFeatureGate` with `disableExposureLogging`.
   */
  getFeatureGateWithExposureLoggingDisabledSync(user: StatsigUser, gateName: GateName): FeatureGate;

  /**
   * A dynamic config, as `getConfig` gives it.
   * @deprecated Use `getConfig`.
   */
  getConfigSync(user: StatsigUser, configName: ConfigName): DynamicConfig;

  /**
   * A dynamic config, as `getConfig` gives it without an exposure.
   * @deprecated Use `getConfig` with `disableExposureLogging`.
   */
  getConfigWithExposureLoggingDisabledSync(
    user: StatsigUser,
    configName: ConfigName,
  ): DynamicConfig;

  /**
   * An experiment, as `getExperiment` gives it.
   * @deprecated Use `getExperiment`.
   */
  getExperimentSync(
    user: StatsigUser,
    experimentName: ExperimentName,
    options?: GetExperimentOptions,
  ): DynamicConfig;

  /**
   * An experiment, as `getExperiment` gives it without an exposure.
   * @deprecated Use `getExperiment` with `disableExposureLogging`.
   */
  getExperimentWithExposureLoggingDisabledSync(
    user: StatsigUser,
    experimentName: ExperimentName,
    options?: GetExperimentOptions,
  ): DynamicConfig;

  /**
   * A layer, as `getLayer` gives it.
   * @deprecated Use `getLayer`.
   */
  getLayerSync(user: StatsigUser, layerName: LayerName, options?: GetLayerOptions): Layer;

  /**
   * A layer, as `getLayer` gives it without an exposure.
   * @deprecated Use `getLayer` with `disableExposureLogging`.
   */
  getLayerWithExposureLoggingDisabledSync(
    user: StatsigUser,
    layerName: LayerName,
    options?: GetLayerOptions,
  ): Layer;

  /**
   * The gate's value, as `checkGate` gives it without an exposure.
   * @deprecated Use `checkGate` with `disableExposureLogging`.
   */
  checkGateWithExposureLoggingDisabled(user: StatsigUser, gateName: GateName): boolean;

  /**
   * The gate, as `getFeatureGate` gives it without an exposure.
   * @deprecated Use `getFeatureGate` with `disableExposureLogging`.
   */
  getFeatureGateWithExposureLoggingDisabled(user: StatsigUser, gateName: GateName): FeatureGate;

  /**
   * A dynamic config, as `getConfig` gives it without an exposure.
   * @deprecated Use `getConfig` with `disableExposureLogging`.
   */
  getConfigWithExposureLoggingDisabled(user: StatsigUser, configName: ConfigName): DynamicConfig;

  /**
   * An experiment, as `getExperiment` gives it without an exposure.
   * @deprecated Use `getExperiment` with `disableExposureLogging`.
   */
  getExperimentWithExposureLoggingDisabled(
    user: StatsigUser,
    experimentName: ExperimentName,
    options?: GetExperimentOptions,
  ): DynamicConfig;

  /**
   * A layer, as `getLayer` gives it without an exposure.
   * @deprecated Use `getLayer` with `disableExposureLogging`.
   */
  getLayerWithExposureLoggingDisabled(
    user: StatsigUser,
    layerName: LayerName,
    options?: GetLayerOptions,
  ): Layer;
}

/** What they are made of. */
interface Asked {
  readonly publicCalls: PublicCalls;
}

type MethodsOf<T> = {
  [K in keyof T]: T[K] extends (...args: infer Args) => infer Result
    ? (this: Asked, ...args: Args) => Result
    : never;
};

function value(call: Call) {
  return function (this: Asked, user: StatsigUser, gateName: string): boolean {
    return this.publicCalls.checkGate(user, gateName, call);
  };
}

function gate(call: Call) {
  return function (this: Asked, user: StatsigUser, gateName: string): FeatureGate {
    return this.publicCalls.gate(user, gateName, call);
  };
}

function config(call: Call) {
  return function (this: Asked, user: StatsigUser, configName: string): DynamicConfig {
    return this.publicCalls.config(user, configName, call);
  };
}

function experiment(call: Call) {
  return function (
    this: Asked,
    user: StatsigUser,
    experimentName: string,
    options?: GetExperimentOptions,
  ): DynamicConfig {
    return this.publicCalls.config(user, experimentName, call, stickyRequest(options));
  };
}

function layer(call: Call) {
  return function (
    this: Asked,
    user: StatsigUser,
    layerName: string,
    options?: GetLayerOptions,
  ): Layer {
    return this.publicCalls.layer(user, layerName, call, stickyRequest(options));
  };
}

/** The methods, each a function of its own: they are as hot as what they were replaced by. */
export const deprecatedCalls: MethodsOf<DeprecatedCalls> = {
  checkGateSync: value(calls.GATE),
  getFeatureGateSync: gate(calls.GATE),
  checkGateWithExposureLoggingDisabledSync: value(calls.GATE_DISABLED),
  getFeatureGateWithExposureLoggingDisabledSync: gate(calls.GATE_DISABLED),
  getConfigSync: config(calls.CONFIG),
  getConfigWithExposureLoggingDisabledSync: config(calls.CONFIG_DISABLED),
  getExperimentSync: experiment(calls.EXPERIMENT_SYNC),
  getExperimentWithExposureLoggingDisabledSync: experiment(calls.EXPERIMENT_DISABLED),
  getLayerSync: layer(calls.LAYER),
  getLayerWithExposureLoggingDisabledSync: layer(calls.LAYER_DISABLED),
  checkGateWithExposureLoggingDisabled: value(calls.GATE_DISABLED),
  getFeatureGateWithExposureLoggingDisabled: gate(calls.GATE_DISABLED),
  getConfigWithExposureLoggingDisabled: config(calls.CONFIG_DISABLED),
  getExperimentWithExposureLoggingDisabled: experiment(calls.EXPERIMENT_DISABLED),
  getLayerWithExposureLoggingDisabled: layer(calls.LAYER_DISABLED),
};

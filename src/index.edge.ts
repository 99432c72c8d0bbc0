/**
 * Public API for edge runtimes: the same names as the Node entry, on WebAssembly or JavaScript. See
 * `platform-edge.ts` for what differs.
 */
import { sharedPlace } from './api/copies';
import { formatExplanation } from './api/explain-calls';
import { edgePlatform, useAssets } from './platform/platform-edge';
import { DynamicConfig, Layer } from './results/results';
import { Server, type Host } from './api/server';
import { createSingleton } from './api/singleton';
import { statsigObject, type StatsigObject } from './api/statsig-object';
import { DataAdapterKeyPath } from './storage/data-adapter';
import type { StatsigOptions } from './options/statsig-options';

/** One SDK instance on an edge runtime. See `Server`. */
export class StatsigServer extends Server {
  /** @throws as the Node entry's class */
  constructor(secretKey: string, options: StatsigOptions = {}, host?: Partial<Host>) {
    super(secretKey, options, { platform: edgePlatform, ...host });
  }
}

const functions = createSingleton(StatsigServer, sharedPlace<Server>('edge', undefined));
/** The shared instance: classes and functions. */
export const Statsig: StatsigObject<typeof StatsigServer> = statsigObject(StatsigServer, functions);
/** The shared instance: classes and functions. */
export default Statsig;

export { DataAdapterKeyPath, DynamicConfig, Layer, formatExplanation, useAssets };
export {
  EngineDiedError,
  EngineUnavailableError,
  StatsigError,
  StatsigInitTimeoutError,
  StatsigInitializeFromNetworkError,
  StatsigInitializeIDListsError,
  StatsigInvalidArgumentError,
  StatsigInvalidBootstrapValuesError,
  StatsigInvalidConfigSpecsResponseError,
  StatsigInvalidDataAdapterValuesError,
  StatsigInvalidIDListsResponseError,
  StatsigLocalModeNetworkError,
  StatsigSDKKeyMismatchError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
} from './types/errors';
export const {
  initialize,
  checkGate,
  getFeatureGate,
  manuallyLogGateExposure,
  getConfig,
  manuallyLogConfigExposure,
  getExperiment,
  getExperimentLayer,
  manuallyLogExperimentExposure,
  getLayer,
  manuallyLogLayerParameterExposure,
  getUserPersistedValues,
  logEvent,
  logEventObject,
  shutdown,
  shutdownAsync,
  getClientInitializeResponse,
  overrideGate,
  overrideConfig,
  overrideLayer,
  flush,
  clearAllGateOverrides,
  clearAllConfigOverrides,
  clearAllLayerOverrides,
  getFeatureGateList,
  getDynamicConfigList,
  getExperimentList,
  getAutotuneList,
  getLayerList,
  syncConfigSpecs,
  syncIdLists,
  checkGateSync,
  getFeatureGateSync,
  checkGateWithExposureLoggingDisabledSync,
  getConfigSync,
  getConfigWithExposureLoggingDisabledSync,
  getExperimentSync,
  getExperimentWithExposureLoggingDisabledSync,
  getLayerSync,
  getLayerWithExposureLoggingDisabledSync,
  checkGateWithExposureLoggingDisabled,
  getFeatureGateWithExposureLoggingDisabled,
  getExperimentWithExposureLoggingDisabled,
  getConfigWithExposureLoggingDisabled,
  getLayerWithExposureLoggingDisabled,
  getClientInitializeResponseString,
  getClientInitializeResponseBuffer,
  engineInfo,
  forUser,
  checkGates,
  checkAllGates,
  eventStats,
  flushAfter,
  health,
  getParameterStore,
  getParameterStoreList,
  getDynamicConfig,
  getConfigs,
  getExperiments,
  getLayers,
  getExperimentGroups,
  getExperimentByGroupName,
  getExperimentByGroupIdAdvanced,
  getFieldsNeededForGate,
  getFieldsNeededForDynamicConfig,
  getFieldsNeededForExperiment,
  getFieldsNeededForLayer,
  getFieldsNeededForParameterStore,
  overrideDynamicConfig,
  overrideExperiment,
  overrideExperimentByGroupName,
  overrideParameterStore,
  removeGateOverride,
  removeConfigOverride,
  removeDynamicConfigOverride,
  removeExperimentOverride,
  removeLayerOverride,
  removeParameterStoreOverride,
  removeAllOverrides,
  identify,
  forwardLogLineEvent,
  explain,
  explainGate,
  explainConfig,
  explainExperiment,
  explainLayer,
  explainParameterStore,
  isInitialized,
  on,
  addEvaluationHooks,
} = Statsig;

export type * from './explain/types';
export type * from './types/flags';
export type { EdgeAssets } from './platform/platform-edge';
export type { EngineKind, EngineStats, SecondaryExposure } from './engine/engine';
export type { DeliveryCounters, DeliveryReport } from './events/delivery';
export type { EvaluationDetails, EvaluationReason, FeatureGate } from './results/results';
export type { EngineInfo } from './api/operations';
export type { AdapterResponse, IDataAdapter } from './storage/data-adapter';
export type * from './api/public-types';

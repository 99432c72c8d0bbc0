/**
 * Public API for Node. `module.exports` is what statsig-node's is (BEHAVIOUR.md 1.1): a plain
 * object with the singleton's members and `default`, without `__esModule`; added to it is
 * `Statsig`, and to the singleton what else is exported, so that every import form has every name.
 * The ES exports below give the types, and let native ESM link named imports.
 */
import { DynamicConfig, Layer } from './results/results';
import { formatExplanation } from './api/explain-calls';
import { StatsigServer, functions } from './api/statsig';
import { statsigObject, type StatsigObject } from './api/statsig-object';
import { DataAdapterKeyPath } from './storage/data-adapter';

/** The shared instance: classes and functions. */
export const Statsig: StatsigObject<typeof StatsigServer> = statsigObject(StatsigServer, functions);
/** The shared instance: classes and functions. */
export default Statsig;

export { DataAdapterKeyPath, DynamicConfig, Layer, StatsigServer, formatExplanation };
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
export const initialize = Statsig.initialize;
export const checkGate = Statsig.checkGate;
export const getFeatureGate = Statsig.getFeatureGate;
export const manuallyLogGateExposure = Statsig.manuallyLogGateExposure;
export const getConfig = Statsig.getConfig;
export const manuallyLogConfigExposure = Statsig.manuallyLogConfigExposure;
export const getExperiment = Statsig.getExperiment;
export const getExperimentLayer = Statsig.getExperimentLayer;
export const manuallyLogExperimentExposure = Statsig.manuallyLogExperimentExposure;
export const getLayer = Statsig.getLayer;
export const manuallyLogLayerParameterExposure = Statsig.manuallyLogLayerParameterExposure;
export const getUserPersistedValues = Statsig.getUserPersistedValues;
export const logEvent = Statsig.logEvent;
export const logEventObject = Statsig.logEventObject;
export const shutdown = Statsig.shutdown;
export const shutdownAsync = Statsig.shutdownAsync;
export const getClientInitializeResponse = Statsig.getClientInitializeResponse;
export const overrideGate = Statsig.overrideGate;
export const overrideConfig = Statsig.overrideConfig;
export const overrideLayer = Statsig.overrideLayer;
export const flush = Statsig.flush;
export const clearAllGateOverrides = Statsig.clearAllGateOverrides;
export const clearAllConfigOverrides = Statsig.clearAllConfigOverrides;
export const clearAllLayerOverrides = Statsig.clearAllLayerOverrides;
export const getFeatureGateList = Statsig.getFeatureGateList;
export const getDynamicConfigList = Statsig.getDynamicConfigList;
export const getExperimentList = Statsig.getExperimentList;
export const getAutotuneList = Statsig.getAutotuneList;
export const getLayerList = Statsig.getLayerList;
export const syncConfigSpecs = Statsig.syncConfigSpecs;
export const syncIdLists = Statsig.syncIdLists;
export const checkGateSync = Statsig.checkGateSync;
export const getFeatureGateSync = Statsig.getFeatureGateSync;
export const checkGateWithExposureLoggingDisabledSync =
  Statsig.checkGateWithExposureLoggingDisabledSync;
export const getConfigSync = Statsig.getConfigSync;
export const getConfigWithExposureLoggingDisabledSync =
  Statsig.getConfigWithExposureLoggingDisabledSync;
export const getExperimentSync = Statsig.getExperimentSync;
export const getExperimentWithExposureLoggingDisabledSync =
  Statsig.getExperimentWithExposureLoggingDisabledSync;
export const getLayerSync = Statsig.getLayerSync;
export const getLayerWithExposureLoggingDisabledSync =
  Statsig.getLayerWithExposureLoggingDisabledSync;
export const checkGateWithExposureLoggingDisabled = Statsig.checkGateWithExposureLoggingDisabled;
export const getFeatureGateWithExposureLoggingDisabled =
  Statsig.getFeatureGateWithExposureLoggingDisabled;
export const getExperimentWithExposureLoggingDisabled =
  Statsig.getExperimentWithExposureLoggingDisabled;
export const getConfigWithExposureLoggingDisabled = Statsig.getConfigWithExposureLoggingDisabled;
export const getLayerWithExposureLoggingDisabled = Statsig.getLayerWithExposureLoggingDisabled;
export const getClientInitializeResponseString = Statsig.getClientInitializeResponseString;
export const getClientInitializeResponseBuffer = Statsig.getClientInitializeResponseBuffer;
export const engineInfo = Statsig.engineInfo;
export const forUser = Statsig.forUser;
export const checkGates = Statsig.checkGates;
export const checkAllGates = Statsig.checkAllGates;
export const eventStats = Statsig.eventStats;
export const flushAfter = Statsig.flushAfter;
export const health = Statsig.health;
export const getParameterStore = Statsig.getParameterStore;
export const getParameterStoreList = Statsig.getParameterStoreList;
export const getDynamicConfig = Statsig.getDynamicConfig;
export const getConfigs = Statsig.getConfigs;
export const getExperiments = Statsig.getExperiments;
export const getLayers = Statsig.getLayers;
export const getExperimentGroups = Statsig.getExperimentGroups;
export const getExperimentByGroupName = Statsig.getExperimentByGroupName;
export const getExperimentByGroupIdAdvanced = Statsig.getExperimentByGroupIdAdvanced;
export const getFieldsNeededForGate = Statsig.getFieldsNeededForGate;
export const getFieldsNeededForDynamicConfig = Statsig.getFieldsNeededForDynamicConfig;
export const getFieldsNeededForExperiment = Statsig.getFieldsNeededForExperiment;
export const getFieldsNeededForLayer = Statsig.getFieldsNeededForLayer;
export const getFieldsNeededForParameterStore = Statsig.getFieldsNeededForParameterStore;
export const overrideDynamicConfig = Statsig.overrideDynamicConfig;
export const overrideExperiment = Statsig.overrideExperiment;
export const overrideExperimentByGroupName = Statsig.overrideExperimentByGroupName;
export const overrideParameterStore = Statsig.overrideParameterStore;
export const removeGateOverride = Statsig.removeGateOverride;
export const removeConfigOverride = Statsig.removeConfigOverride;
export const removeDynamicConfigOverride = Statsig.removeDynamicConfigOverride;
export const removeExperimentOverride = Statsig.removeExperimentOverride;
export const removeLayerOverride = Statsig.removeLayerOverride;
export const removeParameterStoreOverride = Statsig.removeParameterStoreOverride;
export const removeAllOverrides = Statsig.removeAllOverrides;
export const identify = Statsig.identify;
export const forwardLogLineEvent = Statsig.forwardLogLineEvent;
export const explain = Statsig.explain;
export const explainGate = Statsig.explainGate;
export const explainConfig = Statsig.explainConfig;
export const explainExperiment = Statsig.explainExperiment;
export const explainLayer = Statsig.explainLayer;
export const explainParameterStore = Statsig.explainParameterStore;
export const isInitialized = Statsig.isInitialized;
export const on = Statsig.on;
export const addEvaluationHooks = Statsig.addEvaluationHooks;

export type { EngineKind, EngineStats, SecondaryExposure } from './engine/engine';
export type {
  DeliveryCounters,
  DeliveryReport,
  DroppedByReason,
  DroppedEvents,
  DropReason,
} from './events/delivery';
export type { BeforeLog, LoggedEvent } from './events/before-log';
export type { HttpOptions } from './options/statsig-options';
export type { FlushAfterOptions } from './api/flush-after';
export type { FlushOptions } from './api/flush-options';
export type * from './types/user-persistent-storage';
export type { LogEvent, LogEventData } from './results/log-event';
export type { EvaluationDetails, EvaluationReason, FeatureGate } from './results/results';
export type { ChangedNames } from './runtime/changed-names';
export type { Health, HealthState } from './runtime/health';
export type {
  Check,
  EvaluationHooks,
  SpecsNotice,
  StatsigEventName,
  StatsigEvents,
  StatsigListener,
} from './runtime/listeners';
export type {
  CheckKind,
  CheckMessage,
  ExposureMessage,
  FlushContext,
  SyncContext,
} from './observability/channels';
export type { GetParameterStoreOptions, ParameterStore } from './api/parameter-store';
export type { StatsigErrorCode } from './types/errors';
export type { LogLevel } from './observability/logger';
export type { ExperimentGroup, ExperimentGroups } from './api/lookups';
export type { LogLineLevel } from './api/newer-calls';
export type { EngineInfo } from './api/operations';
export type * from './explain/types';
export type * from './types/flags';
export type { SpecStream, SpecStreamSink } from './updates/spec-stream';
export type { SyncHealth } from './updates/sync-health';
export type { UserScope } from './api/user-scope';
export type { AdapterResponse, IDataAdapter } from './storage/data-adapter';
export type * from './api/public-types';

module.exports = { default: Statsig, ...Statsig, Statsig };

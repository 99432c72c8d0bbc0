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
export default Statsig;

export { DataAdapterKeyPath, DynamicConfig, Layer, formatExplanation, useAssets };
export {
  EngineDiedError,
  EngineUnavailableError,
  StatsigError,
  StatsigInvalidArgumentError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
} from './types/errors';
export const {
  initialize,
  checkGate,
  getFeatureGate,
  getConfig,
  getExperiment,
  getLayer,
  logEvent,
  flush,
  shutdown,
  shutdownAsync,
  syncConfigSpecs,
  syncIdLists,
  getClientInitializeResponse,
  getClientInitializeResponseString,
  getClientInitializeResponseBuffer,
  engineInfo,
  eventStats,
  flushAfter,
  health,
  on,
  addEvaluationHooks,
  getParameterStore,
  getParameterStoreList,
  explain,
  explainGate,
  explainConfig,
  explainExperiment,
  explainLayer,
  explainParameterStore,
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

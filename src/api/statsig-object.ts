/**
 * The shared instance as an object: classes first, then functions, in statsig-node's order
 * (BEHAVIOUR.md 1.1), then what this package adds. Whatever the entry exports is a member, so that
 * a default import has the names that a named import has.
 */
import * as errors from '../types/errors';
import { DynamicConfig, Layer } from '../results/results';
import { DataAdapterKeyPath } from '../storage/data-adapter';
import { formatExplanation } from './explain-calls';
import type { StatsigFunctions } from './singleton';

/** Classes of the shared instance. Editors show these words where `Statsig` is a default import. */
export interface StatsigClasses {
  /** Paths that a data adapter's keys are built from. */
  DataAdapterKeyPath: typeof DataAdapterKeyPath;
  /** The value of a dynamic config or experiment. */
  DynamicConfig: typeof DynamicConfig;
  /** The parameters of a layer. Reading one exposes it. */
  Layer: typeof Layer;
  /** A key, name or user that cannot be used. */
  StatsigInvalidArgumentError: typeof errors.StatsigInvalidArgumentError;
  /** A request was about to be made in `localMode`. */
  StatsigLocalModeNetworkError: typeof errors.StatsigLocalModeNetworkError;
  /** 1,000 requests to one URL are already in flight. */
  StatsigTooManyRequestsError: typeof errors.StatsigTooManyRequestsError;
  /** A call that needs `initialize()` came before it finished or after shutdown. */
  StatsigUninitializedError: typeof errors.StatsigUninitializedError;
}

/** What the shared instance has beyond statsig-node's. */
export interface StatsigAdditions {
  /** Writes an explanation in plain words, a line for each step. */
  formatExplanation: typeof formatExplanation;
  /** Base class of the errors. `code` is stable, `constructor.name` tells the class. */
  StatsigError: typeof errors.StatsigError;
  /** The first download of config specs failed. Reported in `InitializationDetails.error`. */
  StatsigInitializeFromNetworkError: typeof errors.StatsigInitializeFromNetworkError;
  /** The first download of ID lists failed. Logged, never thrown. */
  StatsigInitializeIDListsError: typeof errors.StatsigInitializeIDListsError;
  /** `bootstrapValues` is no JSON text. */
  StatsigInvalidBootstrapValuesError: typeof errors.StatsigInvalidBootstrapValuesError;
  /** The data adapter had nothing usable under a key. Logged, never thrown. */
  StatsigInvalidDataAdapterValuesError: typeof errors.StatsigInvalidDataAdapterValuesError;
  /** The ID list index is not an object. */
  StatsigInvalidIDListsResponseError: typeof errors.StatsigInvalidIDListsResponseError;
  /** The config specs that arrived were rejected. */
  StatsigInvalidConfigSpecsResponseError: typeof errors.StatsigInvalidConfigSpecsResponseError;
  /** The payload was made for another SDK key. */
  StatsigSDKKeyMismatchError: typeof errors.StatsigSDKKeyMismatchError;
  /** `initTimeoutMs` passed. Reported in `InitializationDetails.error`. */
  StatsigInitTimeoutError: typeof errors.StatsigInitTimeoutError;
  /** An engine that was asked for by name cannot be loaded. */
  EngineUnavailableError: typeof errors.EngineUnavailableError;
  /** An engine died and another took over. Logged, never thrown. */
  EngineDiedError: typeof errors.EngineDiedError;
}

/** What `import Statsig` gives, for one host's class. */
export type StatsigObject<C> = {
  /** One SDK instance, for applications that want several: `new Statsig.StatsigServer(key)`. */
  StatsigServer: C;
} & StatsigClasses &
  Omit<StatsigFunctions, '_enforceServer'> &
  StatsigAdditions;

/** Puts a host's class and its functions together. */
export function statsigObject<C>(StatsigServer: C, functions: StatsigFunctions): StatsigObject<C> {
  const classes: StatsigClasses = {
    DataAdapterKeyPath,
    DynamicConfig,
    Layer,
    StatsigInvalidArgumentError: errors.StatsigInvalidArgumentError,
    StatsigLocalModeNetworkError: errors.StatsigLocalModeNetworkError,
    StatsigTooManyRequestsError: errors.StatsigTooManyRequestsError,
    StatsigUninitializedError: errors.StatsigUninitializedError,
  };
  return { StatsigServer, ...classes, ...functions, formatExplanation, ...errors };
}

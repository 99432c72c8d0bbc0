/**
 * The module-level API: one shared instance (BEHAVIOUR.md 1.2; copies.ts says which copies of the
 * package share it). Every function but `initialize`, `isInitialized`, `flush`, `flushAfter`,
 * `health`, `on` and `addEvaluationHooks` throws `StatsigUninitializedError` while there is no
 * instance. None uses `this`, so they can be taken apart freely (Q2).
 */
import { otherLives, ownPlace, type Place } from './copies';
import { StatsigUninitializedError } from '../types/errors';
import { flushAfter, type FlushAfterOptions } from './flush-after';
import type { FlushOptions } from './flush-options';
import { noHealth } from '../runtime/health';
import { Listeners, type EvaluationHooks } from '../runtime/listeners';
import type { Host, Server } from './server';
import type { InitializationDetails } from '../types/initialization';
import type { StatsigOptions } from '../options/statsig-options';

/** Names that are the same on the singleton and on an instance, in statsig-node's order. */
type Same = Pick<
  Server,
  | 'checkGate'
  | 'getFeatureGate'
  | 'getConfig'
  | 'getExperiment'
  | 'getExperimentLayer'
  | 'getLayer'
  | 'getUserPersistedValues'
  | 'logEvent'
  | 'logEventObject'
  | 'shutdown'
  | 'shutdownAsync'
  | 'getClientInitializeResponse'
  | 'overrideGate'
  | 'overrideConfig'
  | 'overrideLayer'
  | 'flush'
  | 'clearAllGateOverrides'
  | 'clearAllConfigOverrides'
  | 'clearAllLayerOverrides'
  | 'getFeatureGateList'
  | 'getDynamicConfigList'
  | 'getExperimentList'
  | 'getAutotuneList'
  | 'getLayerList'
  | 'checkGateSync'
  | 'getFeatureGateSync'
  | 'checkGateWithExposureLoggingDisabledSync'
  | 'getConfigSync'
  | 'getConfigWithExposureLoggingDisabledSync'
  | 'getExperimentSync'
  | 'getExperimentWithExposureLoggingDisabledSync'
  | 'getLayerSync'
  | 'getLayerWithExposureLoggingDisabledSync'
  | 'checkGateWithExposureLoggingDisabled'
  | 'getFeatureGateWithExposureLoggingDisabled'
  | 'getExperimentWithExposureLoggingDisabled'
  | 'getConfigWithExposureLoggingDisabled'
  | 'getLayerWithExposureLoggingDisabled'
  | 'forUser'
  | 'checkGates'
  | 'checkAllGates'
  | 'getClientInitializeResponseString'
  | 'getClientInitializeResponseBuffer'
  | 'engineInfo'
  | 'eventStats'
  | 'flushAfter'
  | 'health'
  | 'getParameterStore'
  | 'getParameterStoreList'
  | 'getDynamicConfig'
  | 'getConfigs'
  | 'getExperiments'
  | 'getLayers'
  | 'getExperimentGroups'
  | 'getExperimentByGroupName'
  | 'getExperimentByGroupIdAdvanced'
  | 'getFieldsNeededForGate'
  | 'getFieldsNeededForDynamicConfig'
  | 'getFieldsNeededForExperiment'
  | 'getFieldsNeededForLayer'
  | 'getFieldsNeededForParameterStore'
  | 'overrideDynamicConfig'
  | 'overrideExperiment'
  | 'overrideExperimentByGroupName'
  | 'overrideParameterStore'
  | 'removeGateOverride'
  | 'removeConfigOverride'
  | 'removeDynamicConfigOverride'
  | 'removeExperimentOverride'
  | 'removeLayerOverride'
  | 'removeParameterStoreOverride'
  | 'removeAllOverrides'
  | 'identify'
  | 'forwardLogLineEvent'
  | 'explain'
  | 'explainGate'
  | 'explainConfig'
  | 'explainExperiment'
  | 'explainLayer'
  | 'explainParameterStore'
  | 'isInitialized'
  | 'on'
  | 'addEvaluationHooks'
>;

/** Functions of the singleton. */
export interface StatsigFunctions extends Same {
  /**
   * Makes the shared instance and loads it. While an instance lives, later calls return it,
   * whatever key and options they carry; after shutdown they make a new one. Rejects only for a bad
   * key or options that are no options.
   */
  initialize(secretKey: string, options?: StatsigOptions): Promise<InitializationDetails>;
  /** Records an exposure of a gate, marked manual: for values that were read without one. */
  manuallyLogGateExposure: Server['logGateExposure'];
  /**
   * Records an exposure of a dynamic config, marked manual: for values that were read without one.
   */
  manuallyLogConfigExposure: Server['logConfigExposure'];
  /** Records an exposure of an experiment, marked manual: for values that were read without one. */
  manuallyLogExperimentExposure: Server['logExperimentExposure'];
  /**
   * Records an exposure of a layer parameter, marked manual: for values that were read without one.
   */
  manuallyLogLayerParameterExposure: Server['logLayerParameterExposure'];
  /** One sync of the specs now. Throws, not rejects, without an instance. */
  syncConfigSpecs: Server['syncStoreSpecs'];
  /** One sync of the ID lists now. Throws, not rejects, without an instance. */
  syncIdLists: Server['syncStoreIdLists'];
  /** @internal */
  _enforceServer(): Server;
}

/** What the singleton needs of the class it makes an instance of. */
export type ServerClass = new (
  secretKey: string,
  options?: StatsigOptions,
  host?: Pick<Host, 'listeners'>,
) => Server;

/** A method name of `Server`. */
type Method = {
  [K in keyof Server]: Server[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Server];

/** Singleton name → instance name, in statsig-node's order; `initialize` comes before them. */
const BEFORE_ENFORCE: readonly (Method | readonly [string, Method])[] = [
  'checkGate',
  'getFeatureGate',
  ['manuallyLogGateExposure', 'logGateExposure'],
  'getConfig',
  ['manuallyLogConfigExposure', 'logConfigExposure'],
  'getExperiment',
  'getExperimentLayer',
  ['manuallyLogExperimentExposure', 'logExperimentExposure'],
  'getLayer',
  ['manuallyLogLayerParameterExposure', 'logLayerParameterExposure'],
  'getUserPersistedValues',
  'logEvent',
  'logEventObject',
  'shutdown',
  'shutdownAsync',
  'getClientInitializeResponse',
  'overrideGate',
  'overrideConfig',
  'overrideLayer',
  'flush',
  'clearAllGateOverrides',
  'clearAllConfigOverrides',
  'clearAllLayerOverrides',
  'getFeatureGateList',
  'getDynamicConfigList',
  'getExperimentList',
  'getAutotuneList',
  'getLayerList',
  ['syncConfigSpecs', 'syncStoreSpecs'],
  ['syncIdLists', 'syncStoreIdLists'],
  'checkGateSync',
  'getFeatureGateSync',
  'checkGateWithExposureLoggingDisabledSync',
  'getConfigSync',
  'getConfigWithExposureLoggingDisabledSync',
  'getExperimentSync',
  'getExperimentWithExposureLoggingDisabledSync',
  'getLayerSync',
  'getLayerWithExposureLoggingDisabledSync',
  'checkGateWithExposureLoggingDisabled',
  'getFeatureGateWithExposureLoggingDisabled',
  'getExperimentWithExposureLoggingDisabled',
  'getConfigWithExposureLoggingDisabled',
  'getLayerWithExposureLoggingDisabled',
];
const AFTER_ENFORCE: readonly Method[] = [
  'getClientInitializeResponseString',
  'getClientInitializeResponseBuffer',
  'engineInfo',
  'eventStats',
  'forUser',
  'checkGates',
  'checkAllGates',
  'getParameterStore',
  'getParameterStoreList',
  'getDynamicConfig',
  'getConfigs',
  'getExperiments',
  'getLayers',
  'getExperimentGroups',
  'getExperimentByGroupName',
  'getExperimentByGroupIdAdvanced',
  'getFieldsNeededForGate',
  'getFieldsNeededForDynamicConfig',
  'getFieldsNeededForExperiment',
  'getFieldsNeededForLayer',
  'getFieldsNeededForParameterStore',
  'overrideDynamicConfig',
  'overrideExperiment',
  'overrideExperimentByGroupName',
  'overrideParameterStore',
  'removeGateOverride',
  'removeConfigOverride',
  'removeDynamicConfigOverride',
  'removeExperimentOverride',
  'removeLayerOverride',
  'removeParameterStoreOverride',
  'removeAllOverrides',
  'identify',
  'forwardLogLineEvent',
  'explain',
  'explainGate',
  'explainConfig',
  'explainExperiment',
  'explainLayer',
  'explainParameterStore',
];

/** The singleton's functions for one class, over an instance in `place`. */
export function createSingleton(
  Instance: ServerClass,
  place: Place<Server> = ownPlace(),
): StatsigFunctions {
  const shared = new SharedInstance(Instance, place);
  const functions: Record<string, unknown> = { initialize: shared.initialize };
  for (const entry of BEFORE_ENFORCE) {
    const [name, method] = typeof entry === 'string' ? [entry, entry] : entry;
    functions[name] = delegate(shared, method);
  }
  Object.assign(
    functions,
    hotFunctions(() => place.current ?? shared.enforce()),
  );
  functions['flush'] = async (limits?: number | FlushOptions) => place.current?.flush(limits);
  functions['shutdownAsync'] = async (timeout?: number) => shared.enforce().shutdownAsync(timeout);
  functions['_enforceServer'] = () => shared.enforce();
  for (const method of AFTER_ENFORCE) {
    functions[method] = delegate(shared, method);
  }
  for (const [name, value] of Object.entries(functions)) nameFunction(value, name);
  functions['isInitialized'] = () => place.current?.isInitialized() ?? false;
  functions['health'] = () => place.current?.health() ?? noHealth();
  functions['on'] = (event: never, listener: never) => shared.listeners.on(event, listener);
  functions['addEvaluationHooks'] = (hooks: EvaluationHooks) => shared.listeners.addHooks(hooks);
  functions['flushAfter'] = (handler: never, options?: FlushAfterOptions) =>
    flushAfter(() => place.current?.invocations ?? null, handler, options);
  return functions as unknown as StatsigFunctions;
}

/**
 * Stack traces, spies and printed objects show a function by its name, which one that is made by
 * another lacks.
 */
function nameFunction(value: unknown, name: string): void {
  if (typeof value === 'function' && value.name !== name)
    Object.defineProperty(value, 'name', { value: name, configurable: true });
}

class SharedInstance {
  constructor(
    private readonly Instance: ServerClass,
    private readonly place: Place<Server>,
  ) {}

  /** They outlive instances: who listens before `initialize` hears of it. */
  get listeners(): Listeners {
    return (this.place.listeners ??= new Listeners());
  }

  enforce(): Server {
    if (this.place.current === null) {
      throw new StatsigUninitializedError();
    }
    return this.place.current;
  }

  initialize = async (
    secretKey: string,
    options: StatsigOptions = {},
  ): Promise<InitializationDetails> => {
    if (options === null) {
      throw new TypeError('Statsig options must be an object, got null.');
    }
    const instance = this.liveInstance(secretKey, options);
    try {
      return await instance.initializeAsync();
    } catch (error) {
      if (this.place.current === instance) {
        this.place.current = null;
      }
      throw error;
    }
  };

  private liveInstance(secretKey: string, options: StatsigOptions): Server {
    const { current, key } = this.place;
    if (current !== null && !current.isShutDown) {
      if (key !== secretKey) {
        current.warn(
          'statsigSDK::initialize> An instance with another key is running and stays; call ' +
            'shutdown() first.',
        );
      }
      return current;
    }
    const made = new this.Instance(secretKey, options, { listeners: this.listeners });
    Object.assign(this.place, { current: made, key: secretKey });
    for (const version of otherLives(this.place)) {
      made.warn(
        `statsigSDK::initialize> statsig-node-native ${version} is running too, from ` +
          'another copy of the package; it does not share this instance.',
      );
    }
    return made;
  }
}

/**
 * The calls of a request's hot path, each its own function: one function for all would pay about
 * 150 ns for spreading arguments and for looking a method up by a name that changes from call to
 * call.
 */
function hotFunctions(get: () => Server): Partial<StatsigFunctions> {
  return {
    checkGate: (user, name, options) => get().checkGate(user, name, options),
    checkGateSync: (user, name) => get().checkGateSync(user, name),
    checkGateWithExposureLoggingDisabled: (user, name) =>
      get().checkGateWithExposureLoggingDisabled(user, name),
    checkGateWithExposureLoggingDisabledSync: (user, name) =>
      get().checkGateWithExposureLoggingDisabledSync(user, name),
    getFeatureGate: (user, name, options) => get().getFeatureGate(user, name, options),
    getFeatureGateSync: (user, name) => get().getFeatureGateSync(user, name),
    getConfig: (user, name, options) => get().getConfig(user, name, options),
    getConfigSync: (user, name) => get().getConfigSync(user, name),
    getExperiment: (user, name, options) => get().getExperiment(user, name, options),
    getExperimentSync: (user, name, options) => get().getExperimentSync(user, name, options),
    getLayer: (user, name, options) => get().getLayer(user, name, options),
    getLayerSync: (user, name, options) => get().getLayerSync(user, name, options),
    logEvent: (user, name, value, metadata) => get().logEvent(user, name, value, metadata),
  };
}

function delegate(shared: SharedInstance, method: Method): (...args: unknown[]) => unknown {
  return (...args) => {
    const instance = shared.enforce();
    return (instance[method] as (...args: unknown[]) => unknown).apply(instance, args);
  };
}

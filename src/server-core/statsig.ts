/**
 * The newer SDK's class over an instance of ours. There is no second lifecycle: each method is a
 * call of the instance with names and results turned. No method throws.
 */
import type { ClientInitializeResponseOptions } from '../types/client-initialize';
import { DynamicConfig as Config, Layer as OurLayer } from '../results/results';
import { CAPTURE_USER, ConsoleCapture } from './console-capture';
import { SdkEvents } from './events';
import { Instance } from './instance';
import { Metrics } from './metrics';
import { SpecsNews } from './news';
import { sourceOf } from './details';
import { setupOf, type ConsoleCaptureOptions, type StatsigOptions } from './options';
import { StatsigLookups } from './statsig-lookups';
import { ParameterStore } from './parameter-store';
import type { DynamicConfig, Experiment, FeatureGate, Layer } from './results';
import { configOf, experimentOf, gateOf, layerOf } from './results-of';
import type {
  ClientInitResponseOptions,
  DynamicConfigEvaluationOptions,
  ExperimentEvaluationOptions,
  FeatureGateEvaluationOptions,
  LayerEvaluationOptions,
  ParameterStoreEvaluationOptions,
  SdkEvent,
  StatsigResult,
} from './types';
import { StatsigUser } from './user';

const SHUTDOWN_MS = 3_000;
const FORMATS = ['v1', 'v2', 'init-v2'] as const;
const plain = (user: StatsigUser) => StatsigUser.plainOf(user);

/**
 * The newer SDK's client: `new`, `await initialize()`, checks, `await shutdown()`. Never throws.
 * @example
 * const statsig = new Statsig('secret-key', { environment: 'staging' });
 * await statsig.initialize();
 * statsig.checkGate(new StatsigUser({ userID: 'a-user' }), 'new_checkout');
 */
export class Statsig extends StatsigLookups {
  private static sharedInstance: Statsig | null = null;

  /** The shared instance; one that answers nothing, and a warning, where there is none. */
  static shared(): Statsig {
    if (Statsig.sharedInstance !== null) return Statsig.sharedInstance;
    console.warn('[Statsig] There is no shared instance: call newShared() first.');
    return idle();
  }

  /** Whether `newShared` made an instance that is still the shared one. */
  static hasShared(): boolean {
    return Statsig.sharedInstance !== null;
  }

  /** Makes the shared instance. Where there is one: a warning, and one that answers nothing. */
  static newShared(sdkKey: string, options?: StatsigOptions): Statsig {
    if (Statsig.sharedInstance !== null) {
      console.warn('[Statsig] There is a shared instance: call removeSharedInstance() first.');
      return idle();
    }
    return (Statsig.sharedInstance = new Statsig(sdkKey, options));
  }

  /** Forgets the shared instance, which goes on for those who hold it: shut it down first. */
  static removeSharedInstance(): void {
    Statsig.sharedInstance = null;
  }

  /** @internal */
  protected readonly instance: Instance;
  private readonly events: SdkEvents;
  private readonly metrics: Metrics;
  private readonly endLogger: () => void;
  private readonly hasStorage: boolean;
  private capture: ConsoleCapture | null = null;
  private delivered = 0;

  /**
   * @param sdkKey the project's secret server key
   * @param options see `StatsigOptions`; nothing is asked for before `initialize`
   */
  constructor(sdkKey: string, options?: StatsigOptions) {
    super();
    const given = options ?? {};
    this.hasStorage = given.persistentStorage != null;
    this.metrics = new Metrics(given.observabilityClient);
    // What the instance runs must not hold this one: abandoned.ts.
    const self = new WeakRef(this);
    this.events = new SdkEvents((error) => self.deref()?.instance.complain('A subscriber', error));
    const setup = setupOf(String(sdkKey), given, this.overrides);
    const news = new SpecsNews(this.events, this.metrics, setup.api);
    this.instance = new Instance(String(sdkKey), setup, news);
    for (const name of setup.unsupported)
      this.instance.warn(`statsigSDK> The option ${name} is not supported and is ignored.`);
    const { outputLoggerProvider: provider, consoleCaptureOptions } = given;
    this.guarded('outputLoggerProvider.initialize', undefined, () => provider?.initialize?.());
    this.endLogger = () => provider?.shutdown?.();
    if (consoleCaptureOptions?.enabled === true) this.startCapture(consoleCaptureOptions);
  }

  // ---- life ----

  /** Loads specs and starts polling. `isSuccess` is false, with the error, when none were had. */
  async initialize(): Promise<StatsigResult> {
    const startedAt = this.instance.now;
    const { success, error } = await this.instance.start().catch((thrown: unknown) => ({
      success: false,
      error: thrown as Error,
    }));
    const { source, lcut } = this.instance.state;
    const took = this.instance.now - startedAt;
    this.metrics.dist('initialization', took, {
      init_success: String(success),
      source: sourceOf(source),
      store_populated: String(lcut > 0),
    });
    this.instance.debug(`initialize took ${took} ms; config specs: ${source}`);
    if (success) return { isSuccess: true };
    this.metrics.error('initialize', error?.message ?? '');
    return { isSuccess: false, error: error?.message ?? 'Initialization failed' };
  }

  /**
   * Sends pending events and ends polling.
   * @param timeoutMs how long to wait for what is on its way; 3,000 by default
   */
  async shutdown(timeoutMs?: number | undefined | null): Promise<StatsigResult> {
    this.stopConsoleCapture();
    const { kept, dropped } = await this.instance.shutdownAsync(timeoutMs ?? SHUTDOWN_MS);
    this.countDelivered();
    this.instance.debug('shut down');
    this.guarded('outputLoggerProvider.shutdown', undefined, this.endLogger);
    return resultOf(kept + dropped);
  }

  /** Sends pending events. Unlike there, no success when they did not arrive. */
  async flushEvents(): Promise<StatsigResult> {
    const { kept, dropped } = await this.instance.flush();
    this.countDelivered();
    return resultOf(kept + dropped);
  }

  /** The console is captured no more (option `consoleCaptureOptions`). */
  stopConsoleCapture(): void {
    this.capture?.stop();
    this.capture = null;
  }

  // ---- evaluation ----

  /**
   * Whether a gate is open for a user; false for an unknown one. Logs an exposure.
   * @param options `{ disableExposureLogging: true }` logs none
   */
  checkGate(
    user: StatsigUser,
    gateName: string,
    options?: FeatureGateEvaluationOptions | undefined | null,
  ): boolean {
    if (this.events.has('gate_evaluated'))
      return this.getFeatureGate(user, gateName, options ?? undefined).value;
    return this.guarded('checkGate', false, () =>
      this.instance.checkGate(plain(user), gateName, options ?? undefined),
    );
  }

  /** A gate with its rule and the reason of its value. Logs an exposure. */
  getFeatureGate(
    user: StatsigUser,
    gateName: string,
    options?: FeatureGateEvaluationOptions,
  ): FeatureGate {
    const gate = this.guarded('getFeatureGate', NO_GATE, () =>
      this.instance.getFeatureGate(plain(user), gateName, options),
    );
    const result = gateOf({ ...gate, name: nameOf(gateName) }, this.instance.state);
    const { ruleID: rule_id, value, details } = result;
    this.events.emit('gate_evaluated', () => ({
      gate_name: result.name,
      rule_id,
      value,
      reason: details.reason,
    }));
    return result;
  }

  /** The values of a dynamic config for a user; `{}` for an unknown one. Logs an exposure. */
  getDynamicConfig(
    user: StatsigUser,
    configName: string,
    options?: DynamicConfigEvaluationOptions,
  ): DynamicConfig {
    const config = this.guarded('getDynamicConfig', null, () =>
      this.instance.getConfig(plain(user), configName, options),
    );
    const result = configOf(config ?? new Config(nameOf(configName)), this.instance.state);
    const { name: config_name, ruleID: rule_id, value, details } = result;
    this.events.emit('dynamic_config_evaluated', () => ({
      config_name,
      reason: details.reason,
      rule_id,
      value,
    }));
    return result;
  }

  /** The values of an experiment for a user, and the user's group. Logs an exposure. */
  getExperiment(
    user: StatsigUser,
    experimentName: string,
    options?: ExperimentEvaluationOptions,
  ): Experiment {
    const config = this.guarded('getExperiment', null, () =>
      this.instance.getExperiment(
        plain(user),
        experimentName,
        stickyOptions(options, this.hasStorage),
      ),
    );
    const result = experimentOf(config ?? new Config(nameOf(experimentName)), this.instance.state);
    const { name: experiment_name, ruleID: rule_id, value, details, groupName } = result;
    this.events.emit('experiment_evaluated', () => ({
      experiment_name,
      reason: details.reason,
      rule_id,
      value,
      group_name: groupName,
    }));
    return result;
  }

  /** A layer for a user. Each parameter is exposed when it is read. */
  getLayer(user: StatsigUser, layerName: string, options?: LayerEvaluationOptions): Layer {
    const layer = this.guarded('getLayer', null, () =>
      this.instance.getLayer(plain(user), layerName, stickyOptions(options, this.hasStorage)),
    );
    const result = layerOf(layer ?? new OurLayer(nameOf(layerName)), this.instance.state);
    const { name: layer_name, ruleID: rule_id, details } = result;
    this.events.emit('layer_evaluated', () => ({ layer_name, reason: details.reason, rule_id }));
    return result;
  }

  /** A parameter store for a user. A parameter exposes what it comes from when it is read. */
  getParameterStore(
    user: StatsigUser,
    parameterStoreName: string,
    options?: ParameterStoreEvaluationOptions | undefined | null,
  ): ParameterStore {
    const isQuiet = this.guarded(
      'getParameterStore',
      false,
      () => options?.disableExposureLogging === true,
    );
    const store = this.guarded('getParameterStore', null, () =>
      this.instance.getParameterStore(plain(user), parameterStoreName, options ?? undefined),
    );
    const { state } = this.instance;
    return new ParameterStore(nameOf(parameterStoreName), store, { isQuiet, state });
  }

  /**
   * All values for a user, with which a client SDK starts without a request of its own, as JSON; ''
   * without specs. Logs nothing.
   */
  getClientInitializeResponse(
    user: StatsigUser,
    options?: ClientInitResponseOptions | undefined | null,
  ): string {
    const text = this.guarded('getClientInitializeResponse', null, () => {
      const { clientSdkKey, hashAlgorithm, responseFormat, ...rest } = options ?? {};
      const ours: ClientInitializeResponseOptions = {
        ...rest,
        hash: hashAlgorithm === 'sha256' || hashAlgorithm === 'none' ? hashAlgorithm : 'djb2',
        responseFormat: FORMATS[responseFormat ?? 0] ?? 'v1',
        ...filtersOf(options),
      };
      return this.instance.getClientInitializeResponseString(plain(user), clientSdkKey, ours);
    });
    return text ?? '';
  }

  /** What conditions see of the user's `userAgent`: browser and system; null without one. */
  getParsedUserAgentValueForUser(
    user: StatsigUser,
  ): Record<string, string | undefined | null> | null {
    return this.guarded('userAgent', null, () => this.instance.agentOf(plain(user)));
  }

  // ---- subscribers ----

  /**
   * Calls back at each evaluation of a kind, or at new specs; `*` at all. What a callback throws is
   * logged.
   * @returns its ID, for `unsubscribeById`
   */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  subscribe(eventName: SdkEvent, callback: (event: any) => void): string {
    return this.events.subscribe(eventName, callback);
  }

  /** Ends all subscriptions to an event. */
  unsubscribe(eventName: SdkEvent): void {
    this.events.unsubscribe(eventName);
  }

  /** Ends one subscription, by what `subscribe` gave. */
  unsubscribeById(subscriptionId: string): void {
    this.events.unsubscribeById(subscriptionId);
  }

  /** Ends all subscriptions. */
  unsubscribeAll(): void {
    this.events.unsubscribeAll();
  }

  // ---- inside ----

  private startCapture(options: ConsoleCaptureOptions): void {
    const self = new WeakRef(this);
    const user = options.user === undefined ? CAPTURE_USER : plain(options.user);
    this.capture = new ConsoleCapture(options, (level, line, trace) => {
      self.deref()?.instance.forwardLogLineEvent(user, level, line, { trace });
    });
  }

  private countDelivered(): void {
    const { delivered } = this.instance.eventStats();
    if (delivered > this.delivered)
      this.metrics.increment('events_successfully_sent_count', delivered - this.delivered);
    this.delivered = delivered;
  }
}

const NO_GATE = {
  name: '',
  ruleID: '',
  value: false,
  groupName: null,
  idType: null,
  evaluationDetails: null,
};

/** An instance that answers nothing. */
function idle(): Statsig {
  return new Statsig('', { disableNetwork: true, disableAllLogging: true, outputLogLevel: 'none' });
}

function resultOf(missing: number): StatsigResult {
  return missing === 0
    ? { isSuccess: true }
    : { isSuccess: false, error: `${missing} events were not delivered` };
}

/** Without a storage no assignment counts (NEWER.md 13). */
function stickyOptions(options: ExperimentEvaluationOptions | undefined, hasStorage: boolean) {
  if (options == null) return undefined;
  const { disableExposureLogging, userPersistedValues, enforceOverrides, enforceTargeting } =
    options;
  return {
    disableExposureLogging,
    ...(hasStorage ? { userPersistedValues } : {}),
    persistentAssignmentOptions: { enforceOverrides, enforceTargeting },
  };
}

/** As results tell it; '' for what has no text. */
function nameOf(name: unknown): string {
  try {
    return String(name);
  } catch {
    return '';
  }
}

/** Their filters are sets, ours lists. What cannot be gone through filters nothing. */
function filtersOf(options: ClientInitResponseOptions | undefined | null): object {
  const filters = Object.entries(options ?? {}).filter(([name]) => name.endsWith('Filter'));
  return Object.fromEntries(
    filters.map(([name, filter]) => [name, isIterable(filter) ? [...filter] : undefined]),
  );
}

function isIterable(value: unknown): value is Iterable<string> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/**
 * The newer SDK's class over an instance of ours. There is no second lifecycle: each method is a
 * call of the instance with names and results turned. No method throws.
 */
import type { ExperimentGroups } from '../api/lookups';
import type { LogLineLevel } from '../api/newer-calls';
import type { ClientInitializeResponseOptions } from '../types/client-initialize';
import { DynamicConfig as Config, Layer as OurLayer } from '../results/results';
import { CAPTURE_USER, ConsoleCapture } from './console-capture';
import { SdkEvents } from './events';
import { Instance } from './instance';
import { Metrics } from './metrics';
import { SpecsNews } from './news';
import { sourceOf } from './details';
import { setupOf, type ConsoleCaptureOptions, type StatsigOptions } from './options';
import { StatsigOverrides } from './statsig-overrides';
import { ParameterStore } from './parameter-store';
import {
  configOf,
  experimentOf,
  gateOf,
  layerOf,
  type DynamicConfig,
  type Experiment,
  type FeatureGate,
  type Layer,
} from './results';
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

/** See the head of this file. */
export class Statsig extends StatsigOverrides {
  private static sharedInstance: Statsig | null = null;

  /** The shared instance; one that answers nothing, and a warning, where there is none. */
  static shared(): Statsig {
    if (Statsig.sharedInstance !== null) return Statsig.sharedInstance;
    console.warn('[Statsig] There is no shared instance: call newShared() first.');
    return idle();
  }

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

  static removeSharedInstance(): void {
    Statsig.sharedInstance = null;
  }

  /** @internal */
  protected readonly instance: Instance;
  private readonly events: SdkEvents;
  private readonly metrics: Metrics;
  private readonly endLogger: () => void;
  private capture: ConsoleCapture | null = null;
  private delivered = 0;

  constructor(sdkKey: string, options?: StatsigOptions) {
    super();
    const given = options ?? {};
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

  /** Loads specs and starts polling. */
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

  /** Sends pending events and ends polling. */
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

  // ---- events ----

  logEvent(
    user: StatsigUser,
    eventName: string,
    value?: string | number | null,
    metadata?: Record<string, string | number | boolean | null | undefined> | null | undefined,
  ): void {
    this.guarded('logEvent', undefined, () =>
      this.instance.logEvent(plain(user), eventName, value ?? null, metadata ?? null),
    );
  }

  forwardLogLineEvent(
    user: StatsigUser,
    logLevel: LogLineLevel,
    value?: string | undefined | null,
    metadata?: Record<string, string> | undefined | null,
  ): void {
    this.guarded('forwardLogLineEvent', undefined, () =>
      this.instance.forwardLogLineEvent(plain(user), logLevel, value, metadata),
    );
  }

  identify(user: StatsigUser): void {
    this.guarded('identify', undefined, () => this.instance.identify(plain(user)));
  }

  manuallyLogFeatureGateExposure(user: StatsigUser, gateName: string): void {
    this.guarded('exposure', undefined, () => this.instance.logGateExposure(plain(user), gateName));
  }

  manuallyLogDynamicConfigExposure(user: StatsigUser, configName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logConfigExposure(plain(user), configName),
    );
  }

  manuallyLogExperimentExposure(user: StatsigUser, experimentName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logExperimentExposure(plain(user), experimentName),
    );
  }

  manuallyLogLayerParamExposure(user: StatsigUser, layerName: string, paramName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logLayerParameterExposure(plain(user), layerName, paramName),
    );
  }

  // ---- evaluation ----

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

  getFeatureGate(
    user: StatsigUser,
    gateName: string,
    options?: FeatureGateEvaluationOptions,
  ): FeatureGate {
    const gate = this.guarded('getFeatureGate', NO_GATE, () =>
      this.instance.getFeatureGate(plain(user), gateName, options),
    );
    const result = gateOf({ ...gate, name: String(gateName) }, this.instance.state);
    const { ruleID: rule_id, value, details } = result;
    this.events.emit('gate_evaluated', () => ({
      gate_name: result.name,
      rule_id,
      value,
      reason: details.reason,
    }));
    return result;
  }

  getDynamicConfig(
    user: StatsigUser,
    configName: string,
    options?: DynamicConfigEvaluationOptions,
  ): DynamicConfig {
    const config = this.guarded('getDynamicConfig', null, () =>
      this.instance.getConfig(plain(user), configName, options),
    );
    const result = configOf(config ?? new Config(String(configName)), this.instance.state);
    const { name: config_name, ruleID: rule_id, value, details } = result;
    this.events.emit('dynamic_config_evaluated', () => ({
      config_name,
      reason: details.reason,
      rule_id,
      value,
    }));
    return result;
  }

  getExperiment(
    user: StatsigUser,
    experimentName: string,
    options?: ExperimentEvaluationOptions,
  ): Experiment {
    const config = this.guarded('getExperiment', null, () =>
      this.instance.getExperiment(plain(user), experimentName, stickyOptions(options)),
    );
    const result = experimentOf(config ?? new Config(String(experimentName)), this.instance.state);
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

  getLayer(user: StatsigUser, layerName: string, options?: LayerEvaluationOptions): Layer {
    const layer = this.guarded('getLayer', null, () =>
      this.instance.getLayer(plain(user), layerName, stickyOptions(options)),
    );
    const result = layerOf(layer ?? new OurLayer(String(layerName)), this.instance.state);
    const { name: layer_name, ruleID: rule_id, details } = result;
    this.events.emit('layer_evaluated', () => ({ layer_name, reason: details.reason, rule_id }));
    return result;
  }

  getParameterStore(
    user: StatsigUser,
    parameterStoreName: string,
    options?: ParameterStoreEvaluationOptions | undefined | null,
  ): ParameterStore {
    const isQuiet = options?.disableExposureLogging === true;
    const store = this.guarded('getParameterStore', null, () =>
      this.instance.getParameterStore(plain(user), parameterStoreName, options ?? undefined),
    );
    const { state } = this.instance;
    return new ParameterStore(String(parameterStoreName), store, { isQuiet, state });
  }

  /** What a client SDK is bootstrapped with, as JSON; '' without specs. */
  getClientInitializeResponse(
    user: StatsigUser,
    options?: ClientInitResponseOptions | undefined | null,
  ): string {
    const { clientSdkKey, hashAlgorithm, responseFormat, ...rest } = options ?? {};
    const ours: ClientInitializeResponseOptions = {
      ...rest,
      hash: hashAlgorithm === 'sha256' || hashAlgorithm === 'none' ? hashAlgorithm : 'djb2',
      responseFormat: FORMATS[responseFormat ?? 0] ?? 'v1',
      ...filtersOf(options),
    };
    const text = this.guarded('getClientInitializeResponse', null, () =>
      this.instance.getClientInitializeResponseString(plain(user), clientSdkKey, ours),
    );
    return text ?? '';
  }

  // ---- what the specs say ----

  getExperimentGroups(experimentName: string): ExperimentGroups {
    return this.instance.getExperimentGroups(experimentName);
  }

  getExperimentByGroupName(experimentName: string, groupName: string): Experiment {
    const config = this.instance.getExperimentByGroupName(experimentName, groupName);
    return experimentOf(config, this.instance.state);
  }

  getExperimentByGroupIdAdvanced(experimentName: string, groupId: string): Experiment {
    const config = this.instance.getExperimentByGroupIdAdvanced(experimentName, groupId);
    return experimentOf(config, this.instance.state);
  }

  getFieldsNeededForGate(gateName: string): string[] {
    return this.instance.getFieldsNeededForGate(gateName);
  }

  getFieldsNeededForDynamicConfig(configName: string): string[] {
    return this.instance.getFieldsNeededForDynamicConfig(configName);
  }

  getFieldsNeededForExperiment(experimentName: string): string[] {
    return this.instance.getFieldsNeededForExperiment(experimentName);
  }

  getFieldsNeededForLayer(layerName: string): string[] {
    return this.instance.getFieldsNeededForLayer(layerName);
  }

  /** Without segments and holdouts. */
  getFeatureGateList(): string[] {
    return this.instance.gateNames();
  }

  getDynamicConfigList(): string[] {
    return this.instance.getDynamicConfigList();
  }

  getExperimentList(): string[] {
    return this.instance.getExperimentList();
  }

  getAutotuneList(): string[] {
    return this.instance.getAutotuneList();
  }

  getParameterStoreList(): string[] {
    return this.instance.getParameterStoreList();
  }

  getLayerList(): string[] {
    return this.instance.getLayerList();
  }

  getParsedUserAgentValueForUser(
    user: StatsigUser,
  ): Record<string, string | undefined | null> | null {
    return this.guarded('userAgent', null, () => this.instance.agentOf(plain(user)));
  }

  // ---- subscribers ----

  /** Its number, for `unsubscribeById`. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  subscribe(eventName: SdkEvent, callback: (event: any) => void): string {
    return this.events.subscribe(eventName, callback);
  }

  unsubscribe(eventName: SdkEvent): void {
    this.events.unsubscribe(eventName);
  }

  unsubscribeById(subscriptionId: string): void {
    this.events.unsubscribeById(subscriptionId);
  }

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

function stickyOptions(options: ExperimentEvaluationOptions | undefined) {
  if (options == null) return undefined;
  const { disableExposureLogging, userPersistedValues, enforceOverrides, enforceTargeting } =
    options;
  return {
    disableExposureLogging,
    userPersistedValues,
    persistentAssignmentOptions: { enforceOverrides, enforceTargeting },
  };
}

/** Their filters are sets, ours lists. */
function filtersOf(options: ClientInitResponseOptions | undefined | null): object {
  const filters = Object.entries(options ?? {}).filter(([name]) => name.endsWith('Filter'));
  return Object.fromEntries(
    filters.filter(([, filter]) => filter != null).map(([name, filter]) => [name, [...filter]]),
  );
}

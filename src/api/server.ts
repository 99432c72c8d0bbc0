/**
 * The public API on one instance (BEHAVIOUR.md 1.4). Each method is a delegation; what it does
 * lives elsewhere.
 */
import { watchForAbandon } from '../runtime/abandoned';
import * as calls from './calls';
import {
  clientInitializeBytes,
  clientInitializeObject,
  clientInitializeText,
  type ClientInitializeCall,
} from '../features/client-initialize';
import { logCustomEvent } from '../features/custom-events';
import { SpecKind } from '../engine/engine';
import { ParameterStore, type GetParameterStoreOptions, type TypedStore } from './parameter-store';
import { PublicCalls } from './public-calls';
import type { DeliveryReport } from '../events/delivery';
import type { UserPersistedValues } from '../types/user-persistent-storage';
import { Lifecycle } from '../runtime/lifecycle';
import type { Clock } from '../host/clock';
import { SafeLogger } from '../observability/logger';
import { parseOptions, type ParsedOptions } from '../options/options';
import { giveParts, makeParts, type PartCalls, type Parts } from './server-parts';
import { overriddenLife } from './override-calls';
import { Overrides } from '../features/overrides';
import { guarded } from '../observability/error-boundary';
import type { Invocations } from '../runtime/invocations';
import { Listeners } from '../runtime/listeners';
import type { Platform } from '../platform/platform';
import type { FeatureGate, TypedConfig, TypedLayer } from '../results/results';
import { Runtime } from '../runtime/runtime';
import type { SpecsInForce } from '../runtime/spec-applier';
import type { Addresses } from '../network/http';
import { hide, showAs } from './shown';
import { stickyRequest } from '../features/sticky';
import type {
  ClientInitializeResponse,
  ClientInitializeResponseOptions,
} from '../types/client-initialize';
import type * as flags from '../types/flags';
import type { InitializationDetails } from '../types/initialization';
import type { LogEventObject } from '../types/log-event-object';
import type {
  CheckGateOptions,
  GetConfigOptions,
  GetExperimentOptions,
  GetLayerOptions,
  StatsigOptions,
} from '../options/statsig-options';
import type { StatsigUser } from '../types/user';
import { UserScope } from './user-scope';
import { Watchers } from './watchers';

/** Stands for a key that is right. */
const ANY_KEY = 'secret-';

/** What the host gives an instance. */
export interface Host {
  platform: Platform;
  /** Time, for tests. */
  clock?: Clock;
  /** See `HttpOptions`. */
  addresses?: Addresses;
  /** Told of specs that begin to serve. Must not throw. */
  onSpecs?(specs: SpecsInForce): void;
  /**
   * Any key will do, and users without IDs; before `initialize` and after `shutdown` there are
   * answers, too.
   */
  isLenient?: boolean;
  /** Told what happens; of the instance's own if not given. */
  listeners?: Listeners;
}

/** Instances that were made in this process. */
let instances = 0;

/** The methods of parts: see server-parts.ts. */
export interface Server extends PartCalls {}

/**
 * One SDK instance. Evaluation is synchronous and throws only `StatsigUninitializedError` and
 * `StatsigInvalidArgumentError`; whatever else goes wrong gives the empty default.
 */
export class Server {
  /** @internal */
  publicCalls!: PublicCalls;
  /** @internal */
  protected runtime!: Runtime;
  /** @internal */
  protected lifecycle!: Lifecycle;
  /** @internal */
  callParts!: Parts;
  private readonly secretKey: string | null;
  private readonly parsed: ParsedOptions;
  /** @internal */
  protected readonly logger: SafeLogger;
  /** @internal */
  protected readonly overrides: Overrides;
  private ended: Promise<unknown>;
  private readonly host: Host;
  /** @internal */
  protected readonly listeners: Listeners;
  /** @internal In messages of channels. */
  readonly instance: number;

  /**
   * @throws Error when the key is neither a string nor null-ish, or a forced engine cannot load;
   * TypeError when options are null or `api` is no string
   */
  constructor(secretKey: string, options: StatsigOptions | undefined, host: Host) {
    hide(this, [
      'publicCalls',
      'runtime',
      'lifecycle',
      'callParts',
      'secretKey',
      'parsed',
      'logger',
      'overrides',
      'ended',
      'host',
      'listeners',
      'instance',
    ]);
    this.host = host;
    this.listeners = host.listeners ?? new Listeners();
    this.instance = ++instances;
    this.ended = Promise.resolve();
    if (secretKey != null && typeof secretKey !== 'string') {
      throw new Error('Must be of type "string"');
    }
    this.secretKey = secretKey ?? null;
    this.parsed = parseOptions(options, host.platform.forcedEngine);
    this.logger = new SafeLogger(this.parsed.options.logger, [this.secretKey]);
    this.parsed.warnings.forEach((warning) => this.logger.warn(warning));
    this.overrides = new Overrides();
    this.beginLife();
  }

  // ---- life ----

  /**
   * Loads specs and ID lists and starts polling. Concurrent callers share one run; a ready instance
   * answers at once; after shutdown a new life begins. Rejects only with
   * `StatsigInvalidArgumentError`, for a bad key.
   */
  initializeAsync(): Promise<InitializationDetails> {
    if (this.runtime.isStopped) {
      const last = this.runtime;
      void this.ended.then(() => last.engineHost.engine.dispose());
      this.beginLife();
    }
    return this.lifecycle.initialize();
  }

  /** Stops everything; pending events are sent in the background, for at most `timeout` ms. */
  shutdown(timeout?: number): void {
    void this.end(timeout);
  }

  /**
   * Stops everything; resolves when pending events are sent, or after `timeout` ms (default
   * 30,000), with what became of them: `{ delivered, kept, dropped }`. Never rejects.
   */
  async shutdownAsync(timeout?: number): Promise<DeliveryReport> {
    return this.end(timeout);
  }

  /** True once shutdown began and until the next initialize. */
  get isShutDown(): boolean {
    return this.runtime.isStopped;
  }

  /** Whether `initialize` is done and `shutdown` has not begun. */
  isInitialized(): boolean {
    return this.publicCalls.isReady;
  }

  /** @internal */
  get invocations(): Invocations {
    return this.runtime.invocations;
  }

  /** @internal The specs that answer, null for none: another object whenever they change. */
  get specsInForce(): object | null {
    return this.runtime.applier.lastGood;
  }

  /** @internal What an inspector sees beside the calls: another object in each life. */
  get insides(): Runtime {
    return this.runtime;
  }

  /** @internal Says something through this instance's logger. */
  warn(message: string): void {
    this.logger.warn(message);
  }

  // ---- evaluation ----

  /**
   * Whether the user passes a gate; logs an exposure unless options say otherwise. An unknown gate
   * is false. Costs least for a user asked about before; for a new one the user is read and the
   * gate evaluated (README.md, Numbers).
   * @throws StatsigUninitializedError before `initialize`; StatsigInvalidArgumentError for a user
   * without IDs
   * @example if (Statsig.checkGate({ userID: 'a-user' }, 'new_checkout')) showNewCheckout();
   */
  checkGate(user: StatsigUser, gateName: flags.GateName, options?: CheckGateOptions): boolean {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    if (this.parsed.options.evaluationCallback !== null) {
      return this.publicCalls.tellEveryone(this.publicCalls.gate(user, gateName, call)).value;
    }
    return this.publicCalls.checkGate(user, gateName, call);
  }

  /**
   * Values of several gates by name; exposes each. Looks at the user once, whatever the number of
   * gates.
   * @example const { new_checkout } = Statsig.checkGates(user, ['new_checkout', 'dark_mode']);
   */
  checkGates(
    user: StatsigUser,
    gateNames: readonly flags.GateName[],
    options?: CheckGateOptions,
  ): Record<string, boolean> {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    return this.publicCalls.checkGates(user, gateNames, call);
  }

  /**
   * Values of all gates by name, without segments and holdouts. Exposes each: a page that only
   * needs values switches that off.
   */
  checkAllGates(user: StatsigUser, options?: CheckGateOptions): Record<string, boolean> {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    return this.publicCalls.checkAllGates(user, call);
  }

  /**
   * Checks for a user that will not change, for a request say: cheaper than `checkGate`, which
   * compares the user each time (README.md, Numbers). Throws nothing by itself.
   * @example const scope = Statsig.forUser(user); scope.checkGate('new_checkout');
   */
  forUser(user: StatsigUser): UserScope {
    return new UserScope(() => this.publicCalls, user);
  }

  /**
   * The gate's value with rule, group and where it came from; otherwise like `checkGate`.
   * @example const { value, ruleID } = Statsig.getFeatureGate(user, 'new_checkout');
   */
  getFeatureGate(
    user: StatsigUser,
    gateName: flags.GateName,
    options?: CheckGateOptions,
  ): FeatureGate {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    return this.publicCalls.tellEveryone(this.publicCalls.gate(user, gateName, call));
  }

  /**
   * A dynamic config; logs an exposure unless options say otherwise. An unknown one is `{}`.
   * @throws as `checkGate` does
   * @example const limit = Statsig.getConfig(user, 'limits').get('perMinute', 60);
   */
  getConfig<T extends object = never, N extends flags.ConfigName = flags.ConfigName>(
    user: StatsigUser,
    configName: N,
    options?: GetConfigOptions,
  ): TypedConfig<flags.ConfigParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.CONFIG_QUIET : calls.CONFIG;
    return this.publicCalls.tellEveryone(this.publicCalls.config(user, configName, call));
  }

  /**
   * An experiment's parameters for the user's group; logs an exposure unless options say otherwise.
   * Honours `userPersistedValues`.
   * @example const color = Statsig.getExperiment(user, 'button').get('color', 'blue');
   */
  getExperiment<T extends object = never, N extends flags.ExperimentName = flags.ExperimentName>(
    user: StatsigUser,
    experimentName: N,
    options?: GetExperimentOptions,
  ): TypedConfig<flags.ExperimentParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.EXPERIMENT_QUIET : calls.EXPERIMENT;
    return this.publicCalls.tellEveryone(
      this.publicCalls.config(user, experimentName, call, stickyRequest(options)),
    );
  }

  /**
   * A layer's parameters; reading one logs its exposure unless options say otherwise. Honours
   * `userPersistedValues`.
   * @example const title = Statsig.getLayer(user, 'checkout').get('title', 'Pay');
   */
  getLayer<T extends object = never, N extends flags.LayerName = flags.LayerName>(
    user: StatsigUser,
    layerName: N,
    options?: GetLayerOptions,
  ): TypedLayer<flags.LayerParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.LAYER_QUIET : calls.LAYER;
    return this.publicCalls.tellEveryone(
      this.publicCalls.layer(user, layerName, call, stickyRequest(options)),
    );
  }

  /** A parameter store; reading a parameter evaluates and exposes what it comes from. */
  getParameterStore<
    T extends object = never,
    N extends flags.ParameterStoreName = flags.ParameterStoreName,
  >(
    user: StatsigUser,
    storeName: N,
    options?: GetParameterStoreOptions,
  ): TypedStore<flags.StoreParameters<T, N>> {
    return new ParameterStore(() => this.publicCalls, user, storeName, calls.isQuiet(options));
  }

  /** The layer that holds an experiment, null when none does. */
  getExperimentLayer(experiment: string): string | null {
    return guarded(this.runtime.exceptions, 'getExperimentLayer', null, () =>
      typeof experiment === 'string'
        ? this.runtime.engineHost.query((engine) => engine.experimentLayer(experiment))
        : null,
    );
  }

  /** Records an exposure of a gate, marked manual. */
  logGateExposure(user: StatsigUser, gateName: flags.GateName): void {
    this.publicCalls.expose(user, SpecKind.Gate, gateName, calls.GATE_MANUAL);
  }

  /** Records an exposure of a dynamic config, marked manual. */
  logConfigExposure(user: StatsigUser, configName: flags.ConfigName): void {
    this.publicCalls.expose(user, SpecKind.Config, configName, calls.CONFIG_MANUAL);
  }

  /** Records an exposure of an experiment, marked manual. */
  logExperimentExposure(user: StatsigUser, experimentName: flags.ExperimentName): void {
    this.publicCalls.expose(user, SpecKind.Config, experimentName, calls.EXPERIMENT_MANUAL);
  }

  /** Records an exposure of a layer parameter, marked manual. */
  logLayerParameterExposure(
    user: StatsigUser,
    layerName: flags.LayerName,
    parameterName: string,
  ): void {
    this.publicCalls.exposeLayerParameter(user, layerName, parameterName, calls.LAYER_MANUAL);
  }

  /** The sticky assignments stored for a user, `{}` without storage. */
  getUserPersistedValues(user: StatsigUser, idType: string): UserPersistedValues {
    return guarded(this.runtime.exceptions, 'getUserPersistedValues', {}, () =>
      this.publicCalls.sticky.load(user, idType),
    );
  }

  /**
   * What a client SDK is bootstrapped with; null when no specs are loaded. The object is the
   * caller's own.
   */
  getClientInitializeResponse(
    user: StatsigUser,
    clientSDKKey?: string,
    options?: ClientInitializeResponseOptions,
  ): ClientInitializeResponse | null {
    return this.respond(clientInitializeObject, { user, clientKey: clientSDKKey, options });
  }

  /** The same as JSON text, without ever becoming an object: the cheapest form. */
  getClientInitializeResponseString(
    user: StatsigUser,
    clientSDKKey?: string,
    options?: ClientInitializeResponseOptions,
  ): string | null {
    return this.respond(clientInitializeText, { user, clientKey: clientSDKKey, options });
  }

  /**
   * The same as UTF-8 bytes, ready to be sent: a Buffer on Node, which web frameworks send as it
   * is.
   */
  getClientInitializeResponseBuffer(
    user: StatsigUser,
    clientSDKKey?: string,
    options?: ClientInitializeResponseOptions,
  ): Uint8Array | null {
    return this.respond(clientInitializeBytes, { user, clientKey: clientSDKKey, options });
  }

  // ---- events ----

  /**
   * Queues an event about a user; it is sent in a batch later. Throws only
   * `StatsigUninitializedError`.
   * @param value a number or text, for example a price
   * @param metadata further facts, written as JSON
   * @example Statsig.logEvent(user, 'purchase', 9.99, { item: 'a-1' });
   */
  logEvent(
    user: StatsigUser,
    eventName: string,
    value: string | number | null = null,
    metadata: Record<string, unknown> | null = null,
  ): void {
    this.log('logEvent', { user, eventName, value, metadata });
  }

  /** `logEvent` with its parts in one object. */
  logEventObject(eventObject: LogEventObject): void {
    this.log('logEventObject', eventObject);
  }

  // ---- inside ----

  /** @internal What is shown of an instance: neither its key nor its options. */
  account(): object {
    const { engine, stats } = this.engineInfo();
    const state = this.isShutDown
      ? 'shut down'
      : this.publicCalls.isReady
        ? 'ready'
        : 'not initialized';
    return { engine, state, specs: stats.specs, idLists: stats.idLists, events: this.eventStats() };
  }

  private beginLife(): void {
    // What the runtime holds must not hold this instance: abandoned.ts.
    const { secretKey, parsed, logger, host, overrides, listeners, instance } = this;
    const runtime = new Runtime({
      secretKey,
      parsed,
      logger,
      platform: host.platform,
      clock: host.clock,
      listeners,
      instance,
      addresses: host.addresses,
      onSpecs: (specs) => {
        overrides.specsChanged();
        host.onSpecs?.(specs);
      },
    });
    this.runtime = runtime;
    const isLenient = host.isLenient === true;
    const { channels } = host.platform;
    const watchers = new Watchers({ channels, listeners, logger, instance });
    this.publicCalls = new PublicCalls(runtime, watchers, overrides.stores, isLenient);
    const key = isLenient && typeof secretKey === 'string' ? ANY_KEY : secretKey;
    this.lifecycle = new Lifecycle(this.runtime, this.publicCalls, key);
    const { publicCalls, lifecycle } = this;
    const around = { publicCalls, runtime, lifecycle, overrides, logger, listeners };
    this.callParts = makeParts(this, around);
    overrides.serve(overriddenLife(runtime));
    watchForAbandon(this, this.runtime);
  }

  private respond<T>(
    write: (runtime: Runtime, isReady: boolean, call: ClientInitializeCall) => T,
    call: ClientInitializeCall,
  ): T {
    return write(this.runtime, this.publicCalls.isReady, call);
  }

  private end(timeout: number | undefined): Promise<DeliveryReport> {
    const { runtime } = this;
    const end = this.lifecycle.shutdown(timeout ?? undefined).catch((error: unknown) => {
      runtime.exceptions.report(error, { tag: 'shutdown' });
      return { delivered: 0, kept: runtime.eventStats().queued, dropped: 0 };
    });
    this.ended = end;
    return end;
  }

  /** An event that cannot be written as JSON is said in an error and counted as dropped. */
  private log(tag: string, event: LogEventObject): void {
    guarded(this.runtime.exceptions, tag, undefined, () => {
      try {
        logCustomEvent(this.runtime, this.publicCalls.takesEvents, event);
      } catch (error) {
        if (this.publicCalls.isReady) this.runtime.delivery.countInvalid(error);
        throw error;
      }
    });
  }
}

giveParts(Server);
showAs(Server, (server) => server.account());

import { StatsigInvalidArgumentError, StatsigUninitializedError } from '../types/errors';
import { systemClock, type Clock } from '../host/clock';
import type { Server } from '../api/server';
import { functions, StatsigServer } from '../api/statsig';
import type { StatsigOptions } from '../options/statsig-options';
import type { StatsigUser } from '../types/user';
import { toStatsigUser } from './context';
import { Emitter } from './emitter';
import { Names, type Target } from './names';
import { refuse, resolution, type Circumstances } from './resolution';
import {
  ProviderError,
  type EvaluationContext,
  type FlagMetadata,
  type Resolution,
  type TrackingDetails,
} from './shapes';
import {
  checked,
  isBoolean,
  isNumber,
  isObject,
  isText,
  valueIn,
  type Asked,
  type Is,
} from './values';
import { Watch } from './watch';

/**
 * Which instance answers: one of its own (`secretKey`), a given one (`statsig`), or the shared one
 * that `Statsig.initialize` made.
 */
export interface StatsigProviderOptions {
  /** Makes an instance of the provider's own, which it initializes and shuts down. */
  secretKey?: string;
  /** Options of that instance. */
  options?: StatsigOptions;
  /** An instance that somebody else shuts down. */
  statsig?: StatsigServer;
  /** The user that a context stands for. Default: `toStatsigUser`. */
  toUser?: (context: EvaluationContext) => StatsigUser;
  /** What is told beside each value, made of what would be told: `{ ...metadata, flagSetId }`. */
  toMetadata?: (metadata: FlagMetadata, flagKey: string) => FlagMetadata;
  /** Syncs that fail for so long make the provider stale, ms. Default 120,000. */
  staleAfterMs?: number;
  /** @internal */
  clock?: Clock;
}

/**
 * Statsig behind OpenFeature's API.
 * @example await OpenFeature.setProviderAndWait(new StatsigProvider({ secretKey }));
 */
export class StatsigProvider {
  /** How OpenFeature calls the provider. */
  readonly metadata: Readonly<Record<'name', string>> = { name: 'statsig' };
  /** For the server SDK. */
  readonly runsOn = 'server';
  /** What OpenFeature's SDK listens to. */
  readonly events = new Emitter();
  private readonly own: StatsigServer | null;
  private readonly server: () => Server;
  private readonly toUser: (context: EvaluationContext) => StatsigUser;
  private readonly toMetadata: StatsigProviderOptions['toMetadata'];
  private readonly names: Names;
  private readonly watch: Watch;
  /** Counts starts and closes: who is closed while it starts watches nothing. */
  private turns = 0;

  /** @throws as `new StatsigServer` does, when it makes one */
  constructor(given: StatsigProviderOptions = {}) {
    const {
      secretKey,
      options,
      statsig,
      toUser = toStatsigUser,
      toMetadata,
      staleAfterMs = 120_000,
      clock = systemClock,
    } = given;
    this.own = secretKey === undefined ? null : new StatsigServer(secretKey, options);
    const instance = this.own ?? statsig;
    this.server = instance === undefined ? () => functions._enforceServer() : () => instance;
    this.toUser = toUser;
    this.toMetadata = toMetadata;
    this.names = new Names(this.server);
    this.watch = new Watch({
      server: this.server,
      clock,
      staleAfterMs,
      onUpdate: (listener) => (instance ?? functions).on('update', listener),
      emit: (event, message, flagsChanged) =>
        this.events.emit(event, { message, ...(flagsChanged && { flagsChanged }) }),
    });
  }

  /**
   * Waits for the instance. Rejects when it has no config specs; READY is told when they arrive
   * later.
   */
  async initialize(): Promise<void> {
    const turn = ++this.turns;
    try {
      const { error } = await this.server().initializeAsync();
      if (turn === this.turns) this.watch.start();
      if (this.server().specsInForce === null)
        throw new ProviderError('GENERAL', error?.message ?? 'There are no config specs');
    } catch (error) {
      throw asProviderError(error, 'PROVIDER_FATAL');
    }
  }

  /** Sends pending events; shuts an instance of its own down. */
  async onClose(): Promise<void> {
    this.turns++;
    this.watch.stop();
    await (this.own === null ? this.server().flush() : this.own.shutdownAsync());
  }

  /** A gate, or a boolean parameter `config.parameter`. */
  async resolveBooleanEvaluation(
    flagKey: string,
    otherwise: boolean,
    context: EvaluationContext,
  ): Promise<Resolution<boolean>> {
    return this.resolve(flagKey, context, isBoolean, otherwise);
  }

  /** A parameter `config.parameter`, of a dynamic config, experiment, layer or parameter store. */
  async resolveStringEvaluation(
    flagKey: string,
    otherwise: string,
    context: EvaluationContext,
  ): Promise<Resolution<string>> {
    return this.resolve(flagKey, context, isText, otherwise);
  }

  /** A parameter `config.parameter`, of a dynamic config, experiment, layer or parameter store. */
  async resolveNumberEvaluation(
    flagKey: string,
    otherwise: number,
    context: EvaluationContext,
  ): Promise<Resolution<number>> {
    return this.resolve(flagKey, context, isNumber, otherwise);
  }

  /** A dynamic config or experiment as a whole, or a parameter `config.parameter`. */
  async resolveObjectEvaluation<T>(
    flagKey: string,
    otherwise: T,
    context: EvaluationContext,
  ): Promise<Resolution<T>> {
    return this.resolve(flagKey, context, isObject as Is<T>, otherwise);
  }

  /** Logs an event: `value` is its value, the other details its metadata. */
  track(name: string, context: EvaluationContext, details?: TrackingDetails | null): void {
    const { value = null, ...metadata } = details ?? {};
    this.server().logEvent(
      this.userOf(context),
      name,
      value,
      Object.keys(metadata).length === 0 ? null : metadata,
    );
  }

  private resolve<T>(
    flagKey: string,
    context: EvaluationContext,
    is: Is<T>,
    otherwise: T,
  ): Resolution<T> {
    let resolved: Resolution<T>;
    try {
      if (typeof flagKey !== 'string' || flagKey === '')
        throw new ProviderError('FLAG_NOT_FOUND', 'A flag key is a text that is not empty');
      const target = this.names.find(flagKey, is === isBoolean);
      resolved = this.answer({ target, is, otherwise }, this.userOf(context));
    } catch (error) {
      throw asProviderError(error, 'TARGETING_KEY_MISSING');
    }
    if (this.toMetadata !== undefined) this.tellMore(resolved, flagKey);
    return resolved;
  }

  /** One that throws says nothing. */
  private tellMore(resolved: Resolution<unknown>, flagKey: string): void {
    try {
      resolved.flagMetadata = this.toMetadata!(resolved.flagMetadata, flagKey);
    } catch {
      // What would have been told is.
    }
  }

  private answer<T>(asked: Asked<T>, user: StatsigUser): Resolution<T> {
    const { kind } = asked.target;
    if (kind === 'gate') return this.gate(asked, user);
    if (kind === 'parameter_store') return this.store(asked, user);
    return kind === 'layer' ? this.layer(asked, user) : this.config(asked, user);
  }

  /** A gate that is asked for as something else is not evaluated, and so not exposed. */
  private gate<T>({ target, is }: Asked<T>, user: StatsigUser): Resolution<T> {
    const asked: unknown = is;
    if (asked !== isBoolean)
      throw new ProviderError('TYPE_MISMATCH', `The gate ${target.name} is a boolean`);
    const {
      value,
      ruleID,
      groupName,
      idType,
      evaluationDetails: details,
    } = this.server().getFeatureGate(user, target.name);
    const isStatic = this.isStatic(target, ruleID);
    const about = { target, isStatic, ruleID, groupName, idType, details };
    return resolution<unknown>(value, about) as Resolution<T>;
  }

  private config<T>(asked: Asked<T>, user: StatsigUser): Resolution<T> {
    const { kind, name } = asked.target;
    const config =
      kind === 'experiment'
        ? this.server().getExperiment(user, name)
        : this.server().getConfig(user, name);
    const ruleID = config.getRuleID();
    const about: Circumstances = {
      target: asked.target,
      isStatic: this.isStatic(asked.target, ruleID),
      ruleID,
      groupName: config.getGroupName(),
      idType: config.getIDType(),
      details: config.getEvaluationDetails(),
    };
    refuse(about);
    return resolution(valueIn(config.value, asked, ruleID), about);
  }

  /** A parameter of another type is not handed out, and so not exposed. */
  private layer<T>(asked: Asked<T>, user: StatsigUser): Resolution<T> {
    const { target, is } = asked;
    const layer = this.server().getLayer(user, target.name);
    let stored: unknown = null;
    const guard = (value: unknown): value is unknown => is((stored = value));
    layer.get<unknown>(target.parameter ?? '', null, guard);
    const ruleID = layer.getRuleID();
    return resolution(checked(stored, asked, ruleID), {
      target,
      isStatic: this.isStatic(target, ruleID),
      ruleID,
      groupName: layer.getGroupName(),
      idType: layer.getIDType(),
      details: layer.getEvaluationDetails(),
      experiment: layer.getAllocatedExperimentName(),
    });
  }

  /** Where a parameter came from is not told, so neither is why. */
  private store<T>(asked: Asked<T>, user: StatsigUser): Resolution<T> {
    const { target } = asked;
    const store = this.server().getParameterStore(user, target.name);
    const about: Circumstances = {
      target,
      isStatic: false,
      ruleID: '',
      groupName: null,
      idType: null,
      details: store.getEvaluationDetails(),
    };
    refuse(about);
    const value = checked(store.get(target.parameter ?? ''), asked, '');
    return { ...resolution(value, about), reason: 'UNKNOWN' };
  }

  private isStatic(target: Target, ruleID: string): boolean {
    return ruleID !== '' && this.names.ruleForEveryone(target) === ruleID;
  }

  private userOf(context: EvaluationContext): StatsigUser {
    try {
      return this.toUser(context);
    } catch (error) {
      throw new ProviderError(
        'INVALID_CONTEXT',
        `The context could not be read: ${messageOf(error)}`,
      );
    }
  }
}

/** `forArgument`: what a refused argument means here. */
function asProviderError(
  error: unknown,
  forArgument: 'PROVIDER_FATAL' | 'TARGETING_KEY_MISSING',
): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof StatsigInvalidArgumentError)
    return new ProviderError(forArgument, error.message);
  const code = error instanceof StatsigUninitializedError ? 'PROVIDER_NOT_READY' : 'GENERAL';
  return new ProviderError(code, messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

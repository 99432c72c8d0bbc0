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
  type Resolution,
  type TrackingDetails,
} from './shapes';
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
  /** Syncs that fail for so long make the provider stale, ms. Default 120,000. */
  staleAfterMs?: number;
  /** @internal */
  clock?: Clock;
}

type Is<T> = (value: unknown) => value is T;

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
  private readonly names: Names;
  private readonly watch: Watch;

  /** @throws as `new StatsigServer` does, when it makes one */
  constructor(given: StatsigProviderOptions = {}) {
    const {
      secretKey,
      options,
      statsig,
      toUser = toStatsigUser,
      staleAfterMs = 120_000,
      clock = systemClock,
    } = given;
    this.own = secretKey === undefined ? null : new StatsigServer(secretKey, options);
    const instance = this.own ?? statsig;
    this.server = instance === undefined ? () => functions._enforceServer() : () => instance;
    this.toUser = toUser;
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
    try {
      const { error } = await this.server().initializeAsync();
      this.watch.start();
      if (this.server().specsInForce === null)
        throw new ProviderError('GENERAL', error?.message ?? 'There are no config specs');
    } catch (error) {
      throw asProviderError(error, 'PROVIDER_FATAL');
    }
  }

  /** Sends pending events; shuts an instance of its own down. */
  async onClose(): Promise<void> {
    this.watch.stop();
    await (this.own === null ? this.server().flush() : this.own.shutdownAsync());
  }

  /** A gate, or a boolean parameter `config.parameter`. */
  async resolveBooleanEvaluation(
    flagKey: string,
    _: boolean,
    context: EvaluationContext,
  ): Promise<Resolution<boolean>> {
    return this.resolve(flagKey, context, isBoolean);
  }

  /** A parameter `config.parameter`, of a dynamic config, experiment, layer or parameter store. */
  async resolveStringEvaluation(
    flagKey: string,
    _: string,
    context: EvaluationContext,
  ): Promise<Resolution<string>> {
    return this.resolve(flagKey, context, isText);
  }

  /** A parameter `config.parameter`, of a dynamic config, experiment, layer or parameter store. */
  async resolveNumberEvaluation(
    flagKey: string,
    _: number,
    context: EvaluationContext,
  ): Promise<Resolution<number>> {
    return this.resolve(flagKey, context, isNumber);
  }

  /** A dynamic config or experiment as a whole, or a parameter `config.parameter`. */
  async resolveObjectEvaluation<T>(
    flagKey: string,
    _: T,
    context: EvaluationContext,
  ): Promise<Resolution<T>> {
    return this.resolve(flagKey, context, isObject as Is<T>);
  }

  /** Logs an event: `value` is its value, the other details its metadata. */
  track(name: string, context: EvaluationContext, details: TrackingDetails = {}): void {
    const { value = null, ...metadata } = details;
    this.server().logEvent(
      this.userOf(context),
      name,
      value,
      Object.keys(metadata).length === 0 ? null : metadata,
    );
  }

  private resolve<T>(flagKey: string, context: EvaluationContext, is: Is<T>): Resolution<T> {
    try {
      const target = this.names.find(flagKey, is === isBoolean);
      return this.answer(target, this.userOf(context), is);
    } catch (error) {
      throw asProviderError(error, 'TARGETING_KEY_MISSING');
    }
  }

  private answer<T>(target: Target, user: StatsigUser, is: Is<T>): Resolution<T> {
    if (target.kind === 'gate') return this.gate(target, user) as Resolution<T>;
    if (target.kind === 'parameter_store') return this.store(target, user, is);
    return target.kind === 'layer' ? this.layer(target, user, is) : this.config(target, user, is);
  }

  private gate(target: Target, user: StatsigUser): Resolution<unknown> {
    const {
      value,
      ruleID,
      groupName,
      idType,
      evaluationDetails: details,
    } = this.server().getFeatureGate(user, target.name);
    return resolution(value, { target, ruleID, groupName, idType, details });
  }

  private config<T>(target: Target, user: StatsigUser, is: Is<T>): Resolution<T> {
    const { kind, name, parameter } = target;
    const config =
      kind === 'experiment'
        ? this.server().getExperiment(user, name)
        : this.server().getConfig(user, name);
    const about: Circumstances = {
      target,
      ruleID: config.getRuleID(),
      groupName: config.getGroupName(),
      idType: config.getIDType(),
      details: config.getEvaluationDetails(),
    };
    refuse(about);
    return resolution(
      checked(parameter === null ? config.value : config.getValue(parameter), target, is),
      about,
    );
  }

  /** A parameter of another type is not handed out, and so not exposed. */
  private layer<T>(target: Target, user: StatsigUser, is: Is<T>): Resolution<T> {
    const layer = this.server().getLayer(user, target.name);
    let stored: unknown = null;
    const guard = (value: unknown): value is unknown => is((stored = value));
    layer.get<unknown>(target.parameter ?? '', null, guard);
    return resolution(checked(stored, target, is), {
      target,
      ruleID: layer.getRuleID(),
      groupName: layer.getGroupName(),
      idType: layer.getIDType(),
      details: layer.getEvaluationDetails(),
      experiment: layer.getAllocatedExperimentName(),
    });
  }

  /** Where a parameter came from is not told, so neither is why. */
  private store<T>(target: Target, user: StatsigUser, is: Is<T>): Resolution<T> {
    const store = this.server().getParameterStore(user, target.name);
    const about: Circumstances = {
      target,
      ruleID: '',
      groupName: null,
      idType: null,
      details: store.getEvaluationDetails(),
    };
    refuse(about);
    const value = checked(store.get(target.parameter ?? ''), target, is);
    return { ...resolution(value, about), reason: 'UNKNOWN' };
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

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** @throws ProviderError when it is not there, or of another type */
function checked<T>(value: unknown, { kind, name, parameter }: Target, is: Is<T>): T {
  if (value === null || value === undefined)
    throw new ProviderError('FLAG_NOT_FOUND', `The ${kind} ${name} has no parameter ${parameter}`);
  if (is(value)) return value;
  const what = parameter === null ? `${kind} ${name}` : `parameter ${parameter} of ${kind} ${name}`;
  throw new ProviderError(
    'TYPE_MISMATCH',
    `The ${what} is of another type: ${Array.isArray(value) ? 'array' : typeof value}`,
  );
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

/**
 * Gates, configs, experiments and layers as applications ask for them: validation, evaluation,
 * exposure, callbacks, results (BEHAVIOUR.md 1.4, 1.5, 2.1). The functions named like public
 * methods are what those methods are made of.
 */
import { EvalMode, SpecKind } from '../engine/engine';
import type { CallParts } from './call-parts';
import { Callbacks } from './callbacks';
import type { Call } from './calls';
import { recover } from '../observability/error-boundary';
import { StatsigInvalidArgumentError, StatsigUninitializedError } from '../types/errors';
import type { Verdict } from '../answers/verdict';
import type { PinnedUser } from '../answers/scope-memo';
import { logTypeMismatch } from '../features/custom-events';
import { copiesOf, detailsOf, gateOf } from '../results/from-verdict';
import { DynamicConfig, Layer, OWNED, makeEmptyFeatureGate, typeName } from '../results/results';
import type {
  ExposeLayer,
  FeatureGate,
  LayerListener,
  OnDefaultValueFallback,
} from '../results/results';
import { AdapterOverrides } from '../features/override-adapter';
import { storeOf, type StoreDefinition, type StoreOverrides } from '../features/store-overrides';
import { NOT_STICKY, StickyAssignments, type StickyRequest } from '../features/sticky';
import type { Check } from '../runtime/listeners';
import type { StatsigUser } from '../types/user';
import { isIdentifiable } from '../users/user-table';
import type { Watchers } from './watchers';

const INVALID_NAME = 'Lookup key must be a non-empty string';
const INVALID_USER =
  'Must pass a valid user with a userID or customID for the server SDK to work. ' +
  'See https://docs.statsig.com/messages/serverRequiredUserID/ for more details.';
const STALE_CHECK_MASK = 15;

/** See the head of this file. One per life. */
export class PublicCalls {
  /** Set by the lifecycle: between the end of init and shutdown. */
  isReady = false;
  readonly sticky: StickyAssignments;
  private readonly hasGateHooks: boolean;
  // Of `parts`: what every check reads.
  private readonly engineHost: CallParts['engineHost'];
  private readonly diagnostics: CallParts['diagnostics'];
  private readonly nonExposed: CallParts['nonExposed'];
  readonly adapted: AdapterOverrides | null;
  private readonly isClockReplaced: () => boolean;
  private readonly callbacks: Callbacks;
  private checks = 0;
  private mismatchUser: StatsigUser | null = null;
  private mismatchListener: OnDefaultValueFallback | null = null;

  constructor(
    private readonly parts: CallParts,
    private readonly watchers: Watchers,
    private readonly storeOverrides: StoreOverrides | null = null,
    /** See `Host`. */
    private readonly isLenient = false,
  ) {
    const { evaluationCallback, evaluationCallbacks, userPersistentStorage } = parts.options;
    this.adapted = AdapterOverrides.of(parts);
    this.hasGateHooks =
      evaluationCallback !== null ||
      evaluationCallbacks.gateCallback !== undefined ||
      this.adapted?.asksGates === true;
    this.engineHost = parts.engineHost;
    this.diagnostics = parts.diagnostics;
    this.nonExposed = parts.nonExposed;
    this.isClockReplaced = parts.clock.isReplaced;
    this.callbacks = new Callbacks(parts);
    this.sticky = new StickyAssignments(userPersistentStorage, parts.logger);
  }

  /**
   * The value alone, when nobody is told about the call. Falls back on `gate` for everything
   * unusual.
   */
  checkGate(user: StatsigUser, name: string, call: Call): boolean {
    if (this.isPlain) {
      try {
        if (isName(name) && isIdentifiable(user)) {
          this.recoverNowAndThen();
          if (this.nonExposed !== null && call.mode === EvalMode.Quiet) this.nonExposed.count(name);
          return this.engineHost.checkGate(user, name, call.mode);
        }
      } catch (error) {
        this.recover(error, call, name);
        return false;
      }
    }
    return this.gate(user, name, call).value;
  }

  /**
   * Promises that `user` does not change while the result is used. Null for a user that no check
   * accepts.
   */
  pin(user: StatsigUser): PinnedUser | null {
    if (!this.isReady || !isIdentifiable(user)) return null;
    try {
      return this.engineHost.pin(user, this);
    } catch {
      return null;
    }
  }

  /**
   * Whether a copy of the user's keys stands for the user: not for instances of classes, Proxies
   * and the like.
   */
  isCopyable(user: unknown): boolean {
    return typeof user === 'object' && user !== null && this.engineHost.isCopyable(user);
  }

  /** False once another life, or another engine, answers. */
  ownsPinned(pinned: PinnedUser): boolean {
    return pinned.owner === this.engineHost;
  }

  /** As `checkGate` for a pinned user. */
  checkGateOf(pinned: PinnedUser | null, user: StatsigUser, name: string, call: Call): boolean {
    if (pinned === null || !this.isPlain || !isName(name))
      return this.tellEveryone(this.gate(user, name, call)).value;
    try {
      this.recoverNowAndThen();
      if (this.nonExposed !== null && call.mode === EvalMode.Quiet) this.nonExposed.count(name);
      return this.engineHost.checkGateOf(pinned, name, call.mode);
    } catch (error) {
      this.recover(error, call, name);
      return false;
    }
  }

  /**
   * Values of gates by name, those that are not remembered in one crossing. Errors as `checkGate`.
   */
  checkGates(user: StatsigUser, names: readonly string[], call: Call): Record<string, boolean> {
    if (!Array.isArray(names)) throw new StatsigInvalidArgumentError('Gate names must be an array');
    const result: Record<string, boolean> = {};
    const single = (name: string): boolean => this.tellEveryone(this.gate(user, name, call)).value;
    const values =
      this.isPlain && isIdentifiable(user) && names.every(isName)
        ? this.manyGates(user, names, call)
        : names.map(single);
    // A name that objects inherit, such as __proto__, must become a key of its own, also where it
    // is frozen.
    names.forEach((name, i) => {
      if (name in result)
        Object.defineProperty(result, name, {
          value: values[i],
          writable: true,
          enumerable: true,
          configurable: true,
        });
      else result[name] = values[i]!;
    });
    return result;
  }

  private manyGates(user: StatsigUser, names: readonly string[], call: Call): boolean[] {
    try {
      this.parts.recoverIfStale();
      if (call.mode === EvalMode.Quiet && this.nonExposed !== null)
        for (const name of names) this.nonExposed.count(name);
      return this.engineHost.checkGates(user, names, call.mode, (name) =>
        this.checkGate(user, name, call),
      );
    } catch (error) {
      this.recover(error, call, names);
      return names.map(() => false);
    }
  }

  /**
   * `checkGates` of every gate but segments and holdouts. @throws StatsigUninitializedError,
   * StatsigInvalidArgumentError
   */
  checkAllGates(user: StatsigUser, call: Call): Record<string, boolean> {
    if (!this.isReady) throw new StatsigUninitializedError();
    if (!isIdentifiable(user)) throw new StatsigInvalidArgumentError(INVALID_USER);
    return this.checkGates(user, this.engineHost.facts.gateNames(), call);
  }

  /** Whether events are queued. */
  get takesEvents(): boolean {
    return this.isReady || this.isLenient;
  }

  /** Nobody is told about single calls, so that the value of a gate is all there is to find out. */
  get isPlain(): boolean {
    return (
      this.isReady &&
      !this.hasGateHooks &&
      this.watchers.isIdle &&
      !this.diagnostics.recordsApiCalls
    );
  }

  gate(user: StatsigUser, name: string, call: Call): FeatureGate {
    const marker = this.startMarker(call, name);
    let gate: FeatureGate;
    let isSuccess = true;
    let check: Check | null = null;
    try {
      this.validate(user, name);
      check = this.watchers.begin('gate', name, user);
      if (call.mode === EvalMode.Quiet) this.nonExposed?.count(name);
      const verdict =
        this.adapted?.gate(user, name, call.mode) ??
        this.engineHost.evaluate(user, SpecKind.Gate, name, call.mode);
      gate = gateOf(name, verdict);
      if (check !== null) this.watchers.exposed({ kind: 'gate', name, mode: call.mode }, verdict);
      this.callbacks.gate(gate, verdict, user);
    } catch (error) {
      isSuccess = false;
      this.recover(error, call, name);
      gate = makeEmptyFeatureGate(name);
    } finally {
      this.endMarker(call, name, marker, isSuccess);
    }
    this.watchers.end(check, gate, call.mode);
    return gate;
  }

  config(
    user: StatsigUser,
    name: string,
    call: Call,
    request: StickyRequest = NOT_STICKY,
  ): DynamicConfig {
    const marker = this.startMarker(call, name);
    let config: DynamicConfig;
    let isSuccess = true;
    let check: Check | null = null;
    try {
      this.validate(user, name);
      check = this.watchers.begin(call.kind, name, user);
      if (call.mode === EvalMode.Quiet) this.nonExposed?.count(name);
      const verdict =
        this.adapted?.config(user, name, call) ?? this.evaluateConfig(user, name, call, request);
      config = this.configOf(name, verdict, user);
      if (check !== null)
        this.watchers.exposed({ kind: check.kind, name, mode: call.mode }, verdict);
      this.callbacks.config(config, verdict, user, call);
    } catch (error) {
      isSuccess = false;
      this.recover(error, call, name);
      config = new DynamicConfig(name);
    } finally {
      this.endMarker(call, name, marker, isSuccess);
    }
    this.watchers.end(check, config, call.mode);
    return config;
  }

  layer(user: StatsigUser, name: string, call: Call, request: StickyRequest = NOT_STICKY): Layer {
    const marker = this.startMarker(call, name);
    let layer: Layer;
    let isSuccess = true;
    let check: Check | null = null;
    try {
      this.validate(user, name);
      check = this.watchers.begin('layer', name, user);
      if (call.mode === EvalMode.Quiet) this.nonExposed?.count(name);
      const verdict = this.adapted?.layer(user, name) ?? this.evaluateLayer(user, name, request);
      if ((call.mode & EvalMode.Expose) !== 0) this.engineHost.exposeReferences(verdict);
      layer = this.layerOf(name, verdict, user, call.mode);
      this.callbacks.layer(layer, user);
    } catch (error) {
      isSuccess = false;
      this.recover(error, call, name);
      layer = new Layer(name);
    } finally {
      this.endMarker(call, name, marker, isSuccess);
    }
    this.watchers.end(check, layer, call.mode);
    return layer;
  }

  /**
   * The definition of a parameter store, and where it is from. @throws StatsigUninitializedError,
   * StatsigInvalidArgumentError
   */
  parameterStore(user: StatsigUser, name: string): StoreDefinition {
    this.validate(user, name);
    this.nonExposed?.count(name);
    const store = this.storeFor(user, name);
    if (store.details.reason === 'Unrecognized') this.parts.misuse.unknownStore(name);
    return store;
  }

  /** The same for a user and a name that were looked at. */
  storeFor(user: StatsigUser, name: string): StoreDefinition {
    const override =
      this.adapted?.store(user, name) ?? this.storeOverrides?.storeFor(user, name) ?? null;
    return storeOf(this.parts, name, override);
  }

  /** A manual exposure of a gate or config. Fires no callback. */
  expose(user: StatsigUser, kind: SpecKind, name: string, call: Call): void {
    try {
      this.validate(user, name);
      const verdict =
        kind === SpecKind.Gate
          ? this.engineHost.evaluate(user, kind, name, call.mode)
          : this.evaluateConfig(user, name, call, NOT_STICKY);
      this.watchers.exposed({ kind: call.kind, name, mode: call.mode }, verdict);
    } catch (error) {
      this.recover(error, call, name);
    }
  }

  /** A manual exposure of a layer parameter. Fires no callback. */
  exposeLayerParameter(user: StatsigUser, name: string, parameter: string, call: Call): void {
    try {
      this.validate(user, name);
      const verdict = this.evaluateLayer(user, name, NOT_STICKY);
      const text = String(parameter);
      this.engineHost.exposeLayerParameter(verdict, text, call.mode);
      this.watchers.exposed({ kind: 'layer', name, parameter: text, mode: call.mode }, verdict);
    } catch (error) {
      this.recover(error, call, name);
    }
  }

  /** Tells `options.evaluationCallback` about a result. What it throws stays there (Q5). */
  tellEveryone<R extends FeatureGate | DynamicConfig | Layer>(result: R): R {
    this.callbacks.everyone(result);
    return result;
  }

  private evaluateConfig(
    user: StatsigUser,
    name: string,
    call: Call,
    request: StickyRequest,
  ): Verdict {
    const { engineHost } = this;
    const { mode, lookup = SpecKind.Config } = call;
    if (this.sticky.isIdle(request)) return engineHost.evaluate(user, lookup, name, mode);
    const verdict = this.sticky.evaluate(
      engineHost,
      user,
      { kind: SpecKind.Config, name, lookup },
      request,
    );
    if ((mode & EvalMode.Expose) !== 0) engineHost.expose(verdict, mode);
    return verdict;
  }

  private evaluateLayer(user: StatsigUser, name: string, request: StickyRequest): Verdict {
    const { engineHost } = this;
    return this.sticky.isIdle(request)
      ? engineHost.evaluate(user, SpecKind.Layer, name, EvalMode.Quiet)
      : this.sticky.evaluate(engineHost, user, { kind: SpecKind.Layer, name }, request);
  }

  /**
   * A frozen host wakes up, and a clock that was set back is noticed, within 16 checks: reading the
   * clock each time would cost a tenth of a check. A clock that somebody replaced (fake time) may
   * show anything next, so it is read each time.
   */
  recoverNowAndThen(): void {
    if ((this.checks++ & STALE_CHECK_MASK) === 0 || this.isClockReplaced()) this.recoverNow();
  }

  /** Not `contained`: its closure would be an allocation in the path of every check. */
  private recoverNow(): void {
    try {
      this.parts.recoverIfStale();
    } catch (error) {
      const { logger } = this.parts;
      logger.once(
        'recovery',
        'error',
        `statsigSDK> polling could not be recovered: ${logger.describe(error)}`,
      );
    }
  }

  /** @throws the errors of BEHAVIOUR.md 1.5, in their order */
  validate(user: unknown, name: unknown): void {
    this.recoverNowAndThen();
    if (!this.isReady && !this.isLenient) throw new StatsigUninitializedError();
    if (typeof name !== 'string' || name.length === 0)
      throw new StatsigInvalidArgumentError(INVALID_NAME);
    const isAnybody = this.isLenient && typeof user === 'object' && user !== null;
    if (!isAnybody && !isIdentifiable(user)) throw new StatsigInvalidArgumentError(INVALID_USER);
  }

  private configOf(name: string, verdict: Verdict, user: StatsigUser): DynamicConfig {
    const { record } = verdict;
    const onMismatch = record.ruleID === '' ? null : this.onMismatch(user);
    return new DynamicConfig(
      name,
      verdict.value as Record<string, unknown>,
      record.ruleID,
      record.groupName,
      record.idType,
      copiesOf(record.secondaryExposures),
      onMismatch,
      detailsOf(verdict),
      OWNED,
    );
  }

  /**
   * The listener of configs for a user; the last one is kept, as most users ask for several
   * configs.
   */
  private onMismatch(user: StatsigUser): OnDefaultValueFallback {
    if (this.mismatchUser !== user || this.mismatchListener === null) {
      this.mismatchUser = user;
      this.mismatchListener = (config, parameter, defaultValueType, valueType) => {
        logTypeMismatch(this.parts, user, { config, parameter, defaultValueType, valueType });
        this.parts.misuse.wrongType(config.name, parameter, defaultValueType, valueType);
      };
    }
    return this.mismatchListener;
  }

  /** A default of another type than the value was given. @throws as `Misuse` does */
  mismatched(of: string, parameter: string, [wanted, found]: readonly [unknown, unknown]): void {
    this.parts.misuse.wrongType(of, String(parameter), typeName(wanted), typeName(found));
  }

  private layerOf(name: string, verdict: Verdict, user: StatsigUser, mode: number): Layer {
    const { record } = verdict;
    const listener: LayerListener = (layer, parameter, mismatch) =>
      mismatch === undefined
        ? this.onParameter(layer, parameter, verdict, user, mode)
        : this.mismatched(name, parameter, mismatch);
    return new Layer(
      name,
      verdict.value as Record<string, unknown>,
      record.ruleID,
      record.groupName,
      record.configDelegate,
      listener as ExposeLayer,
      detailsOf(verdict),
      record.idType,
      OWNED,
    );
  }

  /** A layer parameter was read: callback first, then exposure. Neither can spoil the reading. */
  private onParameter(
    layer: Layer,
    parameter: string,
    verdict: Verdict,
    user: StatsigUser,
    mode: number,
  ): void {
    this.callbacks.parameter(layer, parameter, verdict, user);
    if ((mode & EvalMode.Expose) === 0) this.nonExposed?.count(layer.name);
    else {
      try {
        const text = String(parameter);
        this.engineHost.exposeLayerParameter(verdict, text, mode);
        if (!this.watchers.isIdle)
          this.watchers.exposed(
            { kind: 'layer', name: layer.name, parameter: text, mode },
            verdict,
          );
      } catch (error) {
        this.parts.exceptions.report(error, { tag: 'layerExposure', configName: layer.name });
      }
    }
  }

  private recover(error: unknown, call: Call, name: unknown): void {
    // A name that is no string may throw when it is made one.
    const configName = typeof name === 'string' ? name : typeof name;
    recover(error, this.parts.exceptions, { tag: call.caller, configName });
  }

  private startMarker(call: Call, name: string): string {
    if (!this.diagnostics.recordsApiCalls || call.marker === null) {
      return '';
    }
    return this.diagnostics.startApiCall(call.marker, call.caller, name);
  }

  private endMarker(call: Call, name: string, marker: string, isSuccess: boolean): void {
    if (marker !== '' && call.marker !== null) {
      this.diagnostics.endApiCall(call.marker, marker, name, isSuccess);
    }
  }
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0;
}

/**
 * What evaluations look like to applications: own keys, their order, JSON and the semantics of
 * `get` are those of statsig-node (BEHAVIOUR.md 1.8).
 */
import { fieldsOf } from '../host/fields';
import { recogniseAcrossCopies } from '../types/shared-classes';
import type { SecondaryExposure } from '../engine/engine';
import type { KnownParameter, OtherParameter, ParameterType } from '../types/flags';
import { systemClock } from '../host/clock';
import { onRejection } from '../observability/rejection';

/** Why a value is what it is. */
export type EvaluationReason =
  | 'Network'
  | 'Bootstrap'
  | 'DataAdapter'
  | 'LocalOverride'
  | 'Unrecognized'
  | 'Uninitialized'
  | 'Unsupported'
  | 'Persisted';

/** What details say of the answer itself. */
interface Circumstances {
  readonly configVersion: unknown;
  readonly secondaryExposures: readonly SecondaryExposure[];
}

function itself(object: object): object {
  return object;
}

/**
 * Hides the answer in details. statsig-node's have no such key, comparisons must not see one, types
 * neither, and a property that is not enumerable, or a WeakMap, takes a microsecond.
 */
class CircumstancesOf extends (itself as unknown as new (object: object) => object) {
  readonly #circumstances: Circumstances;

  constructor(details: object, circumstances: Circumstances) {
    super(details);
    this.#circumstances = circumstances;
  }

  static get(details: object): Circumstances | undefined {
    return #circumstances in details ? details.#circumstances : undefined;
  }
}

/** What is told of the answer itself; nothing by details that an application made. */
export interface EvaluationDetails {
  /** Version of the gate, config or experiment that answered, as the payload gives it, or null. */
  readonly version?: unknown;
  /** Gates that were looked at on the way, in order. */
  readonly secondaryExposures?: SecondaryExposure[];
}

/** Where a value came from and when; all times in ms. */
export class EvaluationDetails {
  /** Time of the specs that were used, 0 without specs. */
  readonly configSyncTime: number;
  /** Time of the specs at the end of initialize, -1 if there were none. */
  readonly initTime: number;
  /** Source of the specs, or why there is no value of theirs. */
  readonly reason: EvaluationReason;
  /** Wall clock at evaluation. */
  readonly serverTime: number;

  constructor(
    configSyncTime: number,
    initTime: number,
    reason: EvaluationReason,
    serverTime: number = systemClock.now(),
    circumstances?: Circumstances,
  ) {
    this.configSyncTime = configSyncTime;
    this.initTime = initTime;
    this.reason = reason;
    this.serverTime = serverTime;
    if (circumstances !== undefined) new CircumstancesOf(this, circumstances);
  }

  /** Details of an answer before `initialize`, for tests of your own. */
  static uninitialized(): EvaluationDetails {
    return details(0, 0, 'Uninitialized');
  }

  /** Details of an answer that nobody here could work out, for tests of your own. */
  static unsupported(configSyncTime: number, initTime: number): EvaluationDetails {
    return details(configSyncTime, initTime, 'Unsupported');
  }

  /** Details of a kept assignment, for tests of your own. */
  static persisted(configSyncTime: number, initTime: number): EvaluationDetails {
    return details(configSyncTime, initTime, 'Persisted');
  }

  /** Details with a reason of your choice, for tests of your own. */
  static make(
    configSyncTime: number,
    initTime: number,
    reason: EvaluationReason,
  ): EvaluationDetails {
    return details(configSyncTime, initTime, reason);
  }
}

Object.defineProperties(EvaluationDetails.prototype, {
  version: {
    configurable: true,
    get(this: EvaluationDetails): unknown {
      return CircumstancesOf.get(this)?.configVersion ?? null;
    },
  },
  secondaryExposures: {
    configurable: true,
    get(this: EvaluationDetails): SecondaryExposure[] {
      const exposures = CircumstancesOf.get(this)?.secondaryExposures ?? [];
      return exposures.map(({ gate, gateValue, ruleID }) => ({ gate, gateValue, ruleID }));
    },
  },
});

/**
 * Outside of the class: a bundler renames a class that names itself, and objects print the name of
 * their class.
 */
function details(...parts: ConstructorParameters<typeof EvaluationDetails>): EvaluationDetails {
  return new EvaluationDetails(...parts);
}

/** A gate's value with its circumstances. A plain object. */
export type FeatureGate = {
  /** The name that was asked for. */
  readonly name: string;
  /** ID of the rule that decided; `default` when none did, empty for an unknown gate. */
  readonly ruleID: string;
  /** Whether the user passes. */
  readonly value: boolean;
  /** Name of that rule's group, if it has one. */
  readonly groupName: string | null;
  /** Which ID of the user decided, for example `userID`. */
  readonly idType: string | null;
  /** Where the value came from, and when. */
  readonly evaluationDetails: EvaluationDetails | null;
};

/**
 * A gate of given parts, as statsig-node's deep import of the same name makes it; for tests of
 * applications.
 */
export function makeFeatureGate(
  name: string,
  ruleID: string,
  value: boolean,
  groupName: string | null,
  idType: string | null,
  evaluationDetails: EvaluationDetails | null,
): FeatureGate {
  return { name, ruleID, value, groupName, idType, evaluationDetails };
}

/** The gate that stands in when evaluation failed. */
export function makeEmptyFeatureGate(name: string): FeatureGate {
  return { name, ruleID: '', value: false, groupName: null, idType: null, evaluationDetails: null };
}

/** Told when `get` returned the default because the stored value has another type. */
export type OnDefaultValueFallback = (
  config: DynamicConfig,
  parameter: string,
  defaultValueType: string,
  valueType: string,
) => void;

/** Told before a layer parameter is handed out. */
export type ExposeLayer = (layer: Layer, parameter: string) => void;

/** Told of an exposure or, with default and value, of a default of another type than the value. */
export type LayerListener = (
  layer: Layer,
  parameter: string,
  mismatch: readonly [wanted: unknown, found: unknown] | undefined,
) => void;

type DefaultValue = boolean | number | string | object | Array<unknown> | null;

/**
 * Passed as the last argument by this package: the value is already the caller's own, so it isn't
 * copied again.
 */
export const OWNED: unique symbol = Symbol('owned');

/** The value of a dynamic config or experiment. */
export class DynamicConfig {
  private _onDefaultValueFallback: OnDefaultValueFallback | null;
  /** The name that was asked for. */
  name: string;
  /** All parameters; `{}` for an unknown config. */
  value: Record<string, unknown>;
  private _ruleID: string;
  private _groupName: string | null;
  private _idType: string | null;
  private _secondaryExposures: SecondaryExposure[];
  private _evaluationDetails: EvaluationDetails | null;

  /** @param value copied through JSON; anything but an object or array becomes `{}` */
  constructor(
    configName: string,
    value: Record<string, unknown> = {},
    ruleID = '',
    groupName: string | null = null,
    idType: string | null = null,
    secondaryExposures: SecondaryExposure[] = [],
    onDefaultValueFallback: OnDefaultValueFallback | null = null,
    evaluationDetails: EvaluationDetails | null = null,
    ownership?: typeof OWNED,
  ) {
    // The first assignment decides where the key stands in JSON.
    this._onDefaultValueFallback = onDefaultValueFallback;
    this.name = typeof configName === 'string' ? configName : '';
    this.value = ownValue(value, ownership);
    this._ruleID = ruleID;
    this._groupName = groupName;
    this._idType = idType;
    this._secondaryExposures = Array.isArray(secondaryExposures) ? secondaryExposures : [];
    this._evaluationDetails = evaluationDetails;
  }

  /**
   * The value under a key when it has the type of the default (or passes the guard), else the
   * default. With a default of null or undefined any type is right. Inherited properties are
   * visible.
   */
  get<T>(
    key: string,
    defaultValue: T,
    typeGuard: ((value: unknown) => value is T | null) | null = null,
  ): T {
    const fallback = (defaultValue ?? null) as T;
    const stored = this.getValue(key, null);
    if (stored === null || stored === undefined) {
      return fallback;
    }
    const isRight =
      typeGuard != null
        ? passes(typeGuard, stored)
        : fallback === null || typeName(fallback) === typeName(stored);
    if (isRight) {
      return stored as T;
    }
    this._onDefaultValueFallback?.(this, key, typeName(fallback), typeName(stored));
    return fallback;
  }

  /**
   * The value under a key of whatever type, else the default, else null. Without a key: the whole
   * value.
   */
  getValue(key: string, defaultValue?: DefaultValue): unknown | null {
    if (key == null) {
      return this.value;
    }
    return this.value[key] ?? (defaultValue === undefined ? null : defaultValue);
  }

  /** ID of the rule that decided; `default` when none did, empty for an unknown config. */
  getRuleID(): string {
    return this._ruleID;
  }

  /** Name of that rule's group, in an experiment the variant; null if it has none. */
  getGroupName(): string | null {
    return this._groupName;
  }

  /** Which ID of the user decided, for example `userID`. */
  getIDType(): string | null {
    return this._idType;
  }

  /** Where the value came from, and when. */
  getEvaluationDetails(): EvaluationDetails | null {
    return this._evaluationDetails;
  }

  /** Gates that were looked at on the way, in order. */
  getSecondaryExposures(): SecondaryExposure[] {
    return this._secondaryExposures;
  }

  /** The same under statsig-node's name. */
  _getSecondaryExposures(): SecondaryExposure[] {
    return this._secondaryExposures;
  }
}

/** A config or experiment of which the types of parameters are known (types/flags.ts). */
export interface TypedConfig<P extends object> extends DynamicConfig {
  /** The value under a key when it has the type of the default, else the default. */
  get<K extends KnownParameter<P>>(key: K, defaultValue: ParameterType<P, K>): ParameterType<P, K>;
  get<K extends KnownParameter<P>>(
    key: K,
    defaultValue: null | undefined,
  ): ParameterType<P, K> | null;
  get<T>(
    key: OtherParameter<P>,
    defaultValue: T,
    typeGuard?: ((value: unknown) => value is T | null) | null,
  ): T;
}

/** The parameters of a layer. Reading one exposes it. */
export class Layer {
  /** The name that was asked for. */
  name: string;
  private _value: Record<string, unknown>;
  private _ruleID: string;
  private _groupName: string | null;
  private _allocatedExperimentName: string | null;
  private _logExposure: ExposeLayer | null;
  private _evaluationDetails: EvaluationDetails | null;
  private _idType: string | null;

  /** @param value copied through JSON; anything but an object or array becomes `{}` */
  constructor(
    layerName: string,
    value: Record<string, unknown> = {},
    ruleID = '',
    groupName: string | null = null,
    allocatedExperimentName: string | null = null,
    logExposure: ExposeLayer | null = null,
    evaluationDetails: EvaluationDetails | null = null,
    idType: string | null = null,
    ownership?: typeof OWNED,
  ) {
    this.name = typeof layerName === 'string' ? layerName : '';
    this._value = ownValue(value, ownership);
    this._ruleID = ruleID;
    this._groupName = groupName;
    this._allocatedExperimentName = allocatedExperimentName;
    this._logExposure = logExposure;
    this._evaluationDetails = evaluationDetails;
    this._idType = idType;
  }

  /**
   * The parameter when it has the type of the default (or passes the guard), else the default. With
   * a default of null or undefined any type is right. A value that is handed out is exposed first.
   */
  get<T>(
    key: string,
    defaultValue: T,
    typeGuard: ((value: unknown) => value is T) | null = null,
  ): T {
    const fallback = (defaultValue ?? null) as T;
    const stored = this._value[key];
    if (stored === null || stored === undefined) {
      return fallback;
    }
    const isRight = typeGuard
      ? passes(typeGuard, stored)
      : fallback === null || typeName(fallback) === typeName(stored);
    if (!isRight && !typeGuard) this.tellMismatch(key, fallback, stored);
    return (isRight ? this.expose(key, stored) : fallback) as T;
  }

  /**
   * The parameter of whatever type, exposed, else the default, else null. Without a key: the
   * default.
   */
  getValue(key: string, defaultValue?: DefaultValue): unknown | null {
    const stored = key == null ? null : this._value[key];
    return stored == null
      ? defaultValue === undefined
        ? null
        : defaultValue
      : this.expose(key, stored);
  }

  /** ID of the rule that decided; `default` when none did, empty for an unknown layer. */
  getRuleID(): string {
    return this._ruleID;
  }

  /** Which ID of the user decided, for example `userID`. */
  getIDType(): string | null {
    return this._idType;
  }

  /** Name of that rule's group; null if it has none. */
  getGroupName(): string | null {
    return this._groupName;
  }

  /** The experiment that the layer delegated to, or null. */
  getAllocatedExperimentName(): string | null {
    return this._allocatedExperimentName;
  }

  /** Where the values came from, and when. */
  getEvaluationDetails(): EvaluationDetails | null {
    return this._evaluationDetails;
  }

  /** Gates that were looked at on the way, in order. */
  getSecondaryExposures(): SecondaryExposure[] {
    return this._evaluationDetails?.secondaryExposures ?? [];
  }

  /** To a listener of ours, which takes a third argument: others hear of exposures only. */
  private tellMismatch(key: string, wanted: unknown, found: unknown): void {
    if (this._logExposure?.length === 3)
      (this._logExposure as LayerListener)(this, key, [wanted, found]);
  }

  private expose(key: string, value: unknown): unknown {
    this._logExposure?.(this, key);
    return value;
  }
}

/** A layer of which the types of parameters are known (types/flags.ts). */
export interface TypedLayer<P extends object> extends Layer {
  /** The parameter when it has the type of the default, else the default; exposed when read. */
  get<K extends KnownParameter<P>>(key: K, defaultValue: ParameterType<P, K>): ParameterType<P, K>;
  get<K extends KnownParameter<P>>(
    key: K,
    defaultValue: null | undefined,
  ): ParameterType<P, K> | null;
  get<T>(
    key: OtherParameter<P>,
    defaultValue: T,
    typeGuard?: ((value: unknown) => value is T) | null,
  ): T;
}

function ownValue(value: unknown, ownership: typeof OWNED | undefined): Record<string, unknown> {
  if (value === null || typeof value !== 'object') {
    return {};
  }
  const own: unknown = ownership === OWNED ? value : JSON.parse(JSON.stringify(value));
  return fieldsOf(own ?? {});
}

/**
 * An async guard passes everything, as any promise is truthy; what it rejects with goes nowhere.
 */
function passes(typeGuard: (value: unknown) => unknown, stored: unknown): boolean {
  const returned = typeGuard(stored);
  onRejection(returned, () => undefined);
  return Boolean(returned);
}

export function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

/** statsig-node's methods are enumerable on their prototypes; `for…in` over a result lists them. */
function listMethods(prototype: object, hidden: readonly string[]): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const isListed = name !== 'constructor' && !hidden.includes(name);
    Object.defineProperty(prototype, name, { enumerable: isListed });
  }
}

listMethods(DynamicConfig.prototype, ['getSecondaryExposures']);
listMethods(Layer.prototype, ['expose', 'tellMismatch', 'getSecondaryExposures']);
recogniseAcrossCopies(DynamicConfig, 'DynamicConfig');
recogniseAcrossCopies(Layer, 'Layer');

/** Results under the newer SDK's names. Their own keys are those of theirs. */
import type { EvaluationDetails, SecondaryExposure } from './types';

/** A parameter of the default's type, or that the guard takes; else the default. */
export type TypedGet = <T = unknown>(
  key: string,
  defaultValue: T,
  typeGuard?: ((value: unknown) => value is T | null) | null,
) => T;
/** Reads a parameter of whatever type; the fallback when it is not there. */
export type UnknownGet = (
  key: string,
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  fallback?: boolean | number | string | object | Array<any> | null,
) => unknown | null;

/** What a result is made of, as an object or as JSON: `value`, `ruleID`, `details` and so on. */
export type RawEvaluation = Record<string, unknown> | string | null;

/** What results of all kinds have. */
abstract class BaseEvaluation {
  /** Gates that were looked at on the way. */
  readonly secondaryExposures: SecondaryExposure[];
  /** As it was asked for. */
  readonly name: string;
  /** The rule that decided; `default` where none did. */
  readonly ruleID: string;
  /** Whose ID decided; '' when unknown. */
  readonly idType: string;
  /** Where the value came from. */
  readonly details: EvaluationDetails;

  /** @internal */
  constructor(name: string, parts: Record<string, unknown>) {
    this.secondaryExposures = (parts['secondaryExposures'] ?? []) as SecondaryExposure[];
    this.name = name;
    this.ruleID = (parts['ruleID'] ?? '') as string;
    this.idType = (parts['idType'] ?? '') as string;
    this.details = detailsIn(parts['details']);
  }

  /** Where the value came from; `details`. */
  getEvaluationDetails(): EvaluationDetails {
    return this.details;
  }

  /** The rule that decided; `ruleID`. */
  getRuleId(): string {
    return this.ruleID;
  }

  /** Whose ID decided; `idType`. */
  getIdType(): string {
    return this.idType;
  }

  /** Gates that were looked at on the way; `secondaryExposures`. */
  getSecondaryExposures(): SecondaryExposure[] {
    return this.secondaryExposures;
  }
}

/** The value of a gate. */
export class FeatureGate extends BaseEvaluation {
  /** Whether it is open. */
  readonly value: boolean;

  /** For tests of your own: the SDK makes those that it answers. */
  constructor(name: string, raw: RawEvaluation) {
    const parts = partsOf(raw);
    super(name, parts);
    this.value = parts['value'] === true;
  }
}

/** The value of a dynamic config. */
export class DynamicConfig extends BaseEvaluation {
  /** Reads a parameter of the type of its default. */
  readonly get: TypedGet;
  /** Reads a parameter of whatever type. */
  readonly getValue: UnknownGet;
  /** All parameters. */
  readonly value: Record<string, unknown>;

  /** For tests of your own: the SDK makes those that it answers. */
  constructor(name: string, raw: RawEvaluation) {
    const parts = partsOf(raw);
    super(name, parts);
    this.value = valueIn(parts);
    const reader = new Reader(name, this.value);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }
}

/** The value of an experiment. */
export class Experiment extends BaseEvaluation {
  /** Reads a parameter of the type of its default. */
  readonly get: TypedGet;
  /** Reads a parameter of whatever type. */
  readonly getValue: UnknownGet;
  /** The user's group; null for who is in none. */
  readonly groupName: string | null;
  /** All parameters. */
  readonly value: Record<string, unknown>;

  /** For tests of your own: the SDK makes those that it answers. */
  constructor(name: string, raw: RawEvaluation) {
    const parts = partsOf(raw);
    super(name, parts);
    this.groupName = (parts['groupName'] ?? null) as string | null;
    this.value = valueIn(parts);
    const reader = new Reader(name, this.value);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }

  /** The user's group; `groupName`. */
  getGroupName(): string | null {
    return this.groupName;
  }
}

/** The parameters of a layer. Reading one exposes it. */
export class Layer extends BaseEvaluation {
  /** Reads a parameter of the type of its default. Exposes it. */
  readonly get: TypedGet;
  /** Reads a parameter of whatever type. Exposes it. */
  readonly getValue: UnknownGet;
  /** The user's group in the experiment that answered; null for who is in none. */
  readonly groupName: string | null;
  /** The experiment that answered, if one did. */
  readonly allocatedExperimentName: string | null;
  /** All parameters, without exposing them. */
  readonly __value: Record<string, unknown>;

  /**
   * For tests of your own: the SDK makes those that it answers.
   * @param expose called with the name of each parameter that is read
   */
  constructor(expose: (parameter: string) => void, name: string, raw: RawEvaluation) {
    const parts = partsOf(raw);
    super(name, parts);
    this.groupName = (parts['groupName'] ?? null) as string | null;
    this.allocatedExperimentName = (parts['allocatedExperimentName'] ?? null) as string | null;
    this.__value = valueIn(parts);
    const reader = new Reader(name, this.__value, expose);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }

  /** The user's group; `groupName`. */
  getGroupName(): string | null {
    return this.groupName;
  }

  /** The experiment that answered; `allocatedExperimentName`. */
  getAllocatedExperimentName(): string | null {
    return this.allocatedExperimentName;
  }
}

/** Reads values by the type of a default. */
class Reader {
  constructor(
    private readonly name: string,
    private readonly values: Record<string, unknown>,
    private readonly expose?: (parameter: string) => void,
  ) {}

  readonly get: TypedGet = <T>(
    key: string,
    defaultValue: T,
    guard?: ((value: unknown) => value is T | null) | null,
  ): T => {
    const stored = this.own(key);
    const fallback = (defaultValue ?? null) as T;
    if (stored === null) return fallback;
    const isRight =
      typeof guard === 'function'
        ? guard(stored)
        : fallback === null || typeName(stored) === typeName(fallback);
    if (isRight) {
      this.expose?.(key);
      return stored as T;
    }
    const place = `'${this.name}.${key}'`;
    console.warn(
      `[Statsig] ${place} is of type ${typeName(stored)}, its default of type ` +
        `${typeName(fallback)}; the default is returned.`,
    );
    return fallback;
  };

  readonly getValue: UnknownGet = (key, fallback) => {
    const stored = this.own(key);
    if (stored === null) return fallback ?? null;
    this.expose?.(key);
    return stored;
  };

  private own(key: string): unknown {
    const isOwn = Object.prototype.hasOwnProperty.call(this.values, key);
    return isOwn ? (this.values[key] ?? null) : null;
  }
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

/** Of what nobody can read there is nothing, and a warning. */
function partsOf(raw: unknown): Record<string, unknown> {
  let parts = raw;
  try {
    if (typeof raw === 'string') parts = JSON.parse(raw);
  } catch (error) {
    console.warn('[Statsig] A result was made of what is no JSON:', error);
  }
  return isObject(parts) ? parts : {};
}

function detailsIn(given: unknown): EvaluationDetails {
  if (!isObject(given)) return { reason: '', lcut: 0, receivedAt: 0, version: 0 };
  if (!('received_at' in given)) return given as unknown as EvaluationDetails;
  const { received_at: receivedAt, ...details } = given;
  return { ...details, receivedAt } as unknown as EvaluationDetails;
}

function valueIn({ value }: Record<string, unknown>): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

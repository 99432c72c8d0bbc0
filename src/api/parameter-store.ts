/**
 * Parameter stores of a payload (NEWER.md 10): parameters that are constants, or come from a gate,
 * config, experiment or layer. Nothing is evaluated until a parameter is read, and what is read
 * exposes what it comes from.
 */
import { fieldsOf } from '../host/fields';
import * as calls from './calls';
import type { Call } from './calls';
import type { PublicCalls } from './public-calls';
import type { EvaluationDetails } from '../results/results';
import type { KnownParameter, OtherParameter, ParameterType } from '../types/flags';
import type { StatsigUser } from '../types/user';

/** Options of `getParameterStore`. */
export interface GetParameterStoreOptions {
  /** Reading exposes nothing. */
  disableExposureLogging?: boolean;
}

/** A parameter as the payload defines it: told by its fields. */
type Parameter = Readonly<Record<string, unknown>>;

/** What a reading found. */
interface Found {
  value: unknown;
  /** Tells that the value is handed out. */
  expose?: () => void;
}

/**
 * Made by `getParameterStore`, for one user. Its parameters are those of the specs that served
 * then.
 */
export class ParameterStore {
  private readonly parameters: Parameter;
  private readonly details: EvaluationDetails;
  // A function, because no look at an object shows what is in its closure: a user has private
  // attributes.
  private readonly user: () => StatsigUser;

  /** @internal */
  constructor(
    private readonly publicCalls: () => PublicCalls,
    user: StatsigUser,
    /** As asked for. */
    readonly name: string,
    private readonly isQuiet: boolean,
  ) {
    this.user = () => user;
    const { definition, details } = publicCalls().parameterStore(user, name);
    this.details = details;
    const parameters = own(definition, 'parameters');
    this.parameters = isRecord(parameters) ? parameters : {};
  }

  /**
   * The parameter when it has the JSON type of the default, else the default. Without a default (or
   * with null) of whatever type, and null when there is none.
   */
  get<T = unknown>(parameter: string, defaultValue?: T | null): T | null {
    const found = this.read(parameter);
    const { value = null } = found;
    if (
      defaultValue === undefined || defaultValue === null
        ? value === null
        : typeName(value) !== typeName(defaultValue)
    ) {
      if (value !== null)
        this.publicCalls().mismatched(this.name, parameter, [defaultValue, value]);
      return defaultValue ?? null;
    }
    found.expose?.();
    return value as T;
  }

  /** The same. */
  getValue<T = unknown>(parameter: string, defaultValue?: T | null): T | null {
    return this.get(parameter, defaultValue);
  }

  /** Where the store came from, and when; `Unrecognized` when there is none of the name. */
  getEvaluationDetails(): EvaluationDetails {
    return this.details;
  }

  /** Names of the parameters, sorted. */
  names(): string[] {
    return Object.keys(this.parameters).sort();
  }

  /** Types of the parameters as the payload gives them, by name, sorted. */
  types(): Record<string, string> {
    const typed = this.names().map(
      (name) => [name, String(own(this.parameters[name], 'param_type') ?? '')] as const,
    );
    return Object.fromEntries(typed);
  }

  private read(name: string): Found {
    const parameter = own(this.parameters, name);
    if (!isRecord(parameter)) return { value: null };
    if (own(parameter, 'value') !== undefined) return { value: copyOf(own(parameter, 'value')) };
    const [gate, config, experiment, layer] = [
      'gate_name',
      'config_name',
      'experiment_name',
      'layer_name',
    ].map((key) => own(parameter, key));
    if (typeof gate === 'string')
      return { value: copyOf(own(parameter, this.passes(gate) ? 'pass_value' : 'fail_value')) };
    const key = own(parameter, 'param_name');
    if (typeof key !== 'string') return { value: null };
    if (typeof config === 'string')
      return { value: this.valueIn(config, key, this.pick(calls.CONFIG, calls.CONFIG_QUIET)) };
    if (typeof experiment === 'string')
      return {
        value: this.valueIn(experiment, key, this.pick(calls.EXPERIMENT, calls.EXPERIMENT_QUIET)),
      };
    return typeof layer === 'string' ? this.inLayer(layer, key) : { value: null };
  }

  private pick(loud: Call, quiet: Call): Call {
    return this.isQuiet ? quiet : loud;
  }

  private passes(gate: string): boolean {
    return this.publicCalls().gate(this.user(), gate, this.pick(calls.GATE, calls.GATE_QUIET))
      .value;
  }

  private valueIn(config: string, key: string, call: Call): unknown {
    return own(this.publicCalls().config(this.user(), config, call).value, key);
  }

  /** Exposed when it is handed out, by reading it again. */
  private inLayer(name: string, key: string): Found {
    const layer = this.publicCalls().layer(
      this.user(),
      name,
      this.pick(calls.LAYER, calls.LAYER_QUIET),
    );
    let value: unknown = null;
    const peek = (candidate: unknown): candidate is never => {
      value = candidate;
      return false;
    };
    layer.get(key, null, peek);
    return { value, expose: () => void layer.getValue(key) };
  }
}

/** A parameter store of which the types of parameters are known (types/flags.ts). */
export interface TypedStore<P extends object> extends ParameterStore {
  /** The parameter when it has the type of the default, else the default; exposed when read. */
  get<K extends KnownParameter<P>>(
    parameter: K,
    defaultValue: ParameterType<P, K>,
  ): ParameterType<P, K>;
  get<K extends KnownParameter<P>>(parameter: K, defaultValue?: null): ParameterType<P, K> | null;
  get<T = unknown>(parameter: OtherParameter<P>, defaultValue?: T | null): T | null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' &&
    value !== null &&
    Object.prototype.hasOwnProperty.call(value, key)
    ? fieldsOf(value)[key]
    : undefined;
}

/** As JSON names it. */
function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

/** The caller's to change: the original serves others. */
function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}

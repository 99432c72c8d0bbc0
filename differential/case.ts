/** What the differential tools pass around: a case, and what an evaluator answers to it. */
import type {
  OutcomeRecord,
  OverrideTable,
  SecondaryExposure,
  UserAgentParts,
} from '../src/engine/engine';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** In a payload, a number that JSON can write and JSON.stringify cannot. */
export function rawNumber(text: string): string {
  return `\u0000number ${text}`;
}

export function isRawNumber(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(rawNumber(''));
}

/** A payload as text. */
export function payloadText(payload: JsonObject): string {
  return JSON.stringify(payload).replace(/"\\u0000number ([^"\\]*)"/g, '$1');
}

/** One payload with everything that decides the answers to it. */
export interface Case {
  name: string;
  /** dcs-v1; what the oracle reads. */
  payload: JsonObject;
  /** List name → lines `+id` / `-id`. */
  idLists: Record<string, string>;
  environment: JsonObject | null;
  now: number;
  timeZone: string;
  /** Plain JSON users, or (fuzzing only) users that hold values which JSON cannot carry. */
  users: unknown[];
  /** Parsed user agents of `users`; left out = as statsig-node parses them. */
  userAgents?: (UserAgentParts | null)[];
  overrides: OverrideTable;
}

/** An answer without what belongs to the process: name and kind are known from where it stands. */
export type Answer = Omit<OutcomeRecord, 'kind' | 'name' | 'persistedTime'> | { failed: true };

/** Answers for one user, by name. */
export interface UserAnswers {
  gates: Record<string, Answer>;
  configs: Record<string, Answer>;
  layers: Record<string, Answer>;
  /**
   * Config name → value of its targeting rules alone (sticky assignment); only where it was asked
   * for.
   */
  targeting?: Record<string, boolean | 'failed'>;
}

/** An event as it goes on the wire. */
export interface WireEvent {
  eventName: string;
  metadata: Record<string, unknown> | null;
  time: number;
  user: unknown;
  value: unknown;
  secondaryExposures: SecondaryExposure[];
  statsigMetadata: Record<string, unknown>;
}

/** Names to ask for; unknown ones are welcome. */
export interface Names {
  gates: string[];
  configs: string[];
  layers: string[];
}

/** Arguments of one client-initialize call. */
export interface ClientInitializeCall {
  user: number;
  clientKey: string | null;
  options: JsonObject;
  random: number;
}

export interface CaseAnswers {
  /** False: the payload was rejected, nothing else is meaningful. */
  accepted: boolean;
  users: UserAnswers[];
  events: WireEvent[];
  /** Response as JSON text, null for none, or {failed}. */
  clientInitialize: (string | null | { failed: true })[];
}

/** What is asked of a case. */
export interface Questions {
  names: Names;
  /** Layer name → parameters that are read, for exposures. */
  layerParameters: Record<string, string[]>;
  exposures: boolean;
  /** Ask for `UserAnswers.targeting` of every config that exists. */
  targeting?: boolean;
  clientInitialize: ClientInitializeCall[];
}

export const noUserAgent: UserAgentParts = {
  osName: null,
  osVersion: null,
  browserName: null,
  browserVersion: null,
};

interface NamedSpec {
  name?: unknown;
  defaultValue?: unknown;
}

function specsOf(payload: JsonObject, key: string): NamedSpec[] {
  const specs = payload[key];
  return Array.isArray(specs)
    ? (specs as NamedSpec[]).filter((spec) => spec !== null && typeof spec === 'object')
    : [];
}

function namesOf(payload: JsonObject, key: string): string[] {
  const names = specsOf(payload, key).map((spec) => spec.name);
  return [
    ...new Set(names.filter((name): name is string => typeof name === 'string' && name !== '')),
  ];
}

/** Every name of a dcs-v1 payload, and one that no kind has. */
export function namesIn(payload: JsonObject): Names {
  const unknown = 'no such spec';
  return {
    gates: [...namesOf(payload, 'feature_gates'), unknown],
    configs: [...namesOf(payload, 'dynamic_configs'), unknown],
    layers: [...namesOf(payload, 'layer_configs'), unknown],
  };
}

function parameterNames(payload: JsonObject): string[] {
  const names = new Set<string>(['no such parameter']);
  for (const spec of [
    ...specsOf(payload, 'layer_configs'),
    ...specsOf(payload, 'dynamic_configs'),
  ]) {
    if (spec.defaultValue !== null && typeof spec.defaultValue === 'object') {
      for (const name of Object.keys(spec.defaultValue).slice(0, 4)) names.add(name);
    }
  }
  return [...names].slice(0, 8);
}

/** Everything about a case but client-initialize calls. */
export function allQuestions(payload: JsonObject): Questions {
  const names = namesIn(payload);
  const parameters = parameterNames(payload);
  return {
    names,
    layerParameters: Object.fromEntries(names.layers.map((layer) => [layer, parameters])),
    exposures: true,
    targeting: true,
    clientInitialize: [],
  };
}

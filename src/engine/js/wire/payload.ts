/** Payloads as received: dcs-v1 and dcs-v2 (SERVER_CORE.md 1.1), brought to one shape. */

import type { SpecsSummary } from '../../engine';
import { Dialect } from '../dialect';
import { textDecoder } from '../host';
import {
  type JsonObject,
  isForeign,
  isObject,
  noticeForeign,
  numberOf,
  textOf,
} from '../js-semantics';
import type { Steps } from '../turns';
import { parseInPieces } from './pieces';

/** A spec as received; nothing about its fields is known yet. */
export interface SpecWire {
  name: string;
  spec: unknown;
}

export interface Payload {
  root: JsonObject;
  dialect: Dialect;
  /** Gates, configs, layers. */
  lists: [SpecWire[], SpecWire[], SpecWire[]];
  /** Conditions that v2 rules refer to; null for v1. */
  conditions: JsonObject | null;
  experimentLayers: Map<string, string>;
}

/**
 * As in the Rust evaluator: what nests deeper is no payload, so that nothing here overflows the
 * stack.
 */
export const MAX_NESTING = 512;
/** Warnings of a payload; there may be more to say. */
export const MAX_WARNINGS = 100;

/** From this size on parsing has turns of its own. */
const BIG = 256 * 1024;

/** A payload as parsed. */
export interface Parsed {
  readonly root: JsonObject;
  /** False: how deep it nests must still be looked at. */
  readonly isMeasured: boolean;
}

/** `MAX_NESTING` was exceeded. */
export class NestedTooDeep extends Error {
  constructor() {
    super(`the payload is nested deeper than ${MAX_NESTING} levels`);
  }
}

/**
 * Parses bytes as a JSON object. `inPieces`: big ones in turns of a millisecond or two, for more
 * time in all; what waits for them anyway is better parsed at once. Throws an Error that says what
 * is wrong, without quoting the payload.
 */
export function* parseRoot(payload: Uint8Array, inPieces: boolean): Steps<Parsed> {
  noticeForeign();
  const isBig = payload.length >= BIG;
  if (isBig) yield;
  if (isBig && inPieces)
    return { root: yield* parseInPieces(payload, MAX_NESTING), isMeasured: true };
  const root = parseWhole(payload);
  if (isBig) yield;
  return { root, isMeasured: false };
}

function parseWhole(payload: Uint8Array): JsonObject {
  let root: unknown;
  try {
    root = JSON.parse(textDecoder().decode(payload));
  } catch {
    throw new Error('the payload is not a JSON object');
  }
  if (!isObject(root)) throw new Error('the payload is not a JSON object');
  return root;
}

/** Throws NestedTooDeep; `except`: members of the root that are looked at elsewhere. */
export function measure(root: JsonObject, except: ReadonlySet<string>): void {
  for (const key in root) {
    if (isForeign(root, key)) continue;
    const value = root[key];
    const isNested = typeof value === 'object' && value !== null && !except.has(key);
    if (isNested && isNestedDeeper(value, MAX_NESTING - 1)) throw new NestedTooDeep();
  }
}

/**
 * Whether a parsed list or object has more levels, itself included. About 1 ms per megabyte of
 * JSON.
 */
export function isNestedDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    // By index: an iterator is slow until this is optimised, which most of a payload doesn't live
    // to see.
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i];
      if (typeof element === 'object' && element !== null && isNestedDeeper(element, levels - 1))
        return true;
    }
    return false;
  }
  for (const key in value) {
    if (isForeign(value, key)) continue;
    const inner = (value as JsonObject)[key];
    if (typeof inner === 'object' && inner !== null && isNestedDeeper(inner, levels - 1))
      return true;
  }
  return false;
}

/** The dialect of a payload, by its shape. */
function dialectOf(root: JsonObject): Dialect {
  return isObject(root.feature_gates) ? Dialect.V2 : Dialect.V1;
}

/** As warnings call the specs of the lists. */
export const KIND_NAMES = ['gate', 'config', 'layer'] as const;
const KEYS = ['feature_gates', 'dynamic_configs', 'layer_configs'] as const;

/** Throws when one of the collections is missing. */
export function readPayload(root: JsonObject, warnings: string[]): Payload {
  const dialect = dialectOf(root);
  if (dialect === Dialect.V1) {
    demand(root, KEYS, Array.isArray);
    const lists = KEYS.map((key, kind) =>
      named(root[key] as unknown[], KIND_NAMES[kind]!, warnings),
    ) as Payload['lists'];
    return { root, dialect, lists, conditions: null, experimentLayers: reverse(root.layers) };
  }
  demand(root, ['condition_map', ...KEYS], isObject);
  const lists = KEYS.map((key) => keyed(root[key] as JsonObject)) as Payload['lists'];
  const experimentLayers = textMap(root.experiment_to_layer);
  return { root, dialect, lists, conditions: root.condition_map as JsonObject, experimentLayers };
}

function demand(
  root: JsonObject,
  keys: readonly string[],
  isUsable: (value: unknown) => boolean,
): void {
  const lacking = keys.find((key) => !isUsable(root[key]));
  if (lacking !== undefined) throw new Error(`the payload has no usable \`${lacking}\``);
}

function named(list: unknown[], kind: string, warnings: string[]): SpecWire[] {
  const specs: SpecWire[] = [];
  for (let number = 0; number < list.length; number++) {
    const spec = list[number];
    const name = isObject(spec) ? spec.name : undefined;
    if (typeof name === 'string') {
      specs.push({ name, spec });
      continue;
    }
    if (typeof spec === 'object' && spec !== null && isNestedDeeper(spec, MAX_NESTING - 2))
      throw new NestedTooDeep();
    if (warnings.length < MAX_WARNINGS)
      warnings.push(`The ${kind} number ${number} has no name and was left out.`);
  }
  return specs;
}

function keyed(map: JsonObject): SpecWire[] {
  return Object.keys(map).map((name) => ({ name, spec: map[name] }));
}

function reverse(layers: unknown): Map<string, string> {
  const map = new Map<string, string>();
  if (!isObject(layers)) return map;
  for (const [layer, experiments] of Object.entries(layers)) {
    if (!Array.isArray(experiments)) continue;
    for (const experiment of experiments) map.set(textOf(experiment), layer);
  }
  return map;
}

function textMap(value: unknown): Map<string, string> {
  const map = new Map<string, string>();
  if (isObject(value)) {
    for (const [key, text] of Object.entries(value))
      if (typeof text === 'string') map.set(key, text);
  }
  return map;
}

function isTier(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/** What the payload says about itself; counts and uses are filled in while compiling. */
export function summarise(root: JsonObject): SpecsSummary {
  const { time } = root;
  return {
    hasUpdates: Boolean(root.has_updates),
    ...(time === undefined ? {} : { time: time === null ? null : numberOf(time) }),
    format: dialectOf(root).number,
    checksum: typeof root.checksum === 'string' ? root.checksum : null,
    hashedSdkKeyUsed:
      typeof root.hashed_sdk_key_used === 'string' ? root.hashed_sdk_key_used : null,
    gates: 0,
    configs: 0,
    layers: 0,
    defaultEnvironment: isTier(root.default_environment) ? root.default_environment : null,
    diagnostics: isObject(root.diagnostics) ? root.diagnostics : null,
    sdkFlags: isObject(root.sdk_flags) ? root.sdk_flags : {},
    sdkConfigs: isObject(root.sdk_configs) ? root.sdk_configs : {},
    usesTimeZone: false,
    usesIpTable: false,
    usesUserAgent: false,
    usesIdLists: false,
    userFields: [],
    idTypes: [],
    warnings: [],
  };
}

/** What is known of a payload that brings nothing. */
export function withoutUpdates({ root, isMeasured }: Parsed): SpecsSummary {
  if (!isMeasured) measure(root, NO_KEYS);
  return summarise(root);
}

const NO_KEYS: ReadonlySet<string> = new Set();

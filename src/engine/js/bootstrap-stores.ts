/**
 * Parameter stores and the hash of private attributes (SERVER_CORE.md 7.2). Mirrors
 * `bootstrap/stores.rs`.
 */

import { type Request, isForApp } from './bootstrap-request';
import { djb2 } from './hashing';
import { type JsonObject, define, member } from './js-semantics';

const REFERENCES = new Set(['gate_name', 'config_name', 'experiment_name', 'layer_name']);

/** Kinds of parameters: the field by which one is told, and those that go with it. */
const KINDS: readonly (readonly [string, ...string[]])[] = [
  ['value'],
  ['gate_name', 'pass_value', 'fail_value'],
  ['config_name', 'param_name'],
  ['experiment_name', 'param_name'],
  ['layer_name', 'param_name'],
];

/** Hashed store name → parameter → reference with its name hidden, as JSON. */
export function paramStoresJson(stores: JsonObject, request: Request): string {
  const { paramStores } = request.filters;
  const out: JsonObject = {};
  for (const [name, store] of Object.entries(stores)) {
    const isWanted = paramStores === null || paramStores.has(name);
    if (isWanted && isForApp(arrayOf(member(store, 'targetAppIDs')), request.appId)) {
      define(out, request.hash(name), parameters(member(store, 'parameters'), request));
    }
  }
  return JSON.stringify(out);
}

/** Whether a field is of another kind than the parameter, or its name, which is given. */
function isForeign(key: string, wire: JsonObject): boolean {
  const kind = KINDS.find(([field]) => Object.prototype.hasOwnProperty.call(wire, field));
  const isOfAKind = KINDS.some((fields) => fields.includes(key));
  return key === 'name' || (isOfAKind && kind?.includes(key) !== true);
}

function parameters(list: unknown, { hash }: Request): JsonObject {
  const out: JsonObject = {};
  for (const [name, wire] of Object.entries(objectOf(list))) {
    const parameter: JsonObject = { name };
    const own = objectOf(wire);
    for (const [key, value] of Object.entries(own)) {
      if (isForeign(key, own)) continue;
      define(
        parameter,
        key,
        REFERENCES.has(key) && typeof value === 'string' ? hash(value) : value,
      );
    }
    define(out, name, parameter);
  }
  return out;
}

/** The sum of djb2(`key:value`) over the private attributes, in decimal; null without any. */
export function privateHash(attributes: unknown): string | null {
  const entries = Object.entries(objectOf(attributes));
  if (entries.length === 0) return null;
  const sum = entries.reduce(
    (total, [key, value]) =>
      (total + Number(djb2(`${wellFormed(key)}:${attributeText(value)}`))) >>> 0,
    0,
  );
  return String(sum);
}

function attributeText(value: unknown): string {
  if (Array.isArray(value))
    return JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'string' ? wellFormed(item) : item,
    );
  return value === null || value === undefined || typeof value === 'object'
    ? ''
    : wellFormed(String(value));
}

/** Lone surrogates as U+FFFD, which is all that the other engines and the wire can carry. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The options of a client-initialize call as the engines take them. They come from applications, in
 * any type: what cannot be used is left out and told once in a warning that names it, because a
 * filter that is misread hides everything.
 */
import type { ClientInitializeOptions } from '../engine/engine';
import { keysOf, read } from '../users/user-reader';

/** Says something once per instance. */
export type WarnOnce = (key: string, message: string) => void;
export type EngineOptions = Omit<ClientInitializeOptions, 'nowMs'>;

type Given = Record<string, unknown>;
type Fields = Given & EngineOptions;

const FILTERS = new Set([
  'featureGateFilter',
  'experimentFilter',
  'dynamicConfigFilter',
  'layerFilter',
  'paramStoreFilter',
]);
const SWITCHES = new Set([
  'includeLocalOverrides',
  'removeIdType',
  'removeDefaultValueGates',
  'htmlSafe',
]);
/** Read whoever has them: a class, a prototype, a Proxy. */
const KNOWN = [
  ...FILTERS,
  ...SWITCHES,
  'hash',
  'responseFormat',
  'overrides',
  'previousResponseHash',
];
const HASHES = ['djb2', 'sha256', 'none'];
const FORMATS = ['v1', 'v2', 'init-v2'];
const OVERRIDES = ['featureGates', 'dynamicConfigs', 'layers'];

/** Names of filters are arrays in the result, and what says nothing is absent. */
export function engineOptions(clientKey: unknown, given: unknown, warn: WarnOnce): EngineOptions {
  const asked: Fields = { hash: 'djb2', random: Math.random() };
  if (typeof clientKey === 'string') asked.clientKey = clientKey;
  else if (clientKey != null)
    tell(
      warn,
      'clientSDKKey',
      `must be a string, got ${typeName(clientKey)}; options are the third argument`,
    );
  if (given == null) return asked;
  if (typeof given !== 'object') {
    warn(
      'gcir:options',
      'statsigSDK> The options of getClientInitializeResponse must be an object, got ' +
        `${typeName(given)}; they are ignored.`,
    );
    return asked;
  }
  if (Array.isArray(given))
    warn(
      'gcir:options',
      'statsigSDK> The options of getClientInitializeResponse must be an object, got ' +
        'array; they are ignored.',
    );
  for (const name of new Set([...KNOWN, ...keysOf(given)])) {
    const value = read(given, name);
    if (value !== undefined && value !== null) readOption(asked, name, value, warn);
  }
  return asked;
}

function readOption(asked: Fields, name: string, value: unknown, warn: WarnOnce): void {
  if (FILTERS.has(name)) asked[name] = namesIn(name, value, warn);
  else if (SWITCHES.has(name)) readSwitch(asked, name, value, warn);
  else if (name === 'hash') asked.hash = readHash(value, warn);
  else if (name === 'responseFormat') readFormat(asked, value, warn);
  else if (name === 'overrides') asked['overrides'] = readOverrides(value, warn);
  else if (name === 'previousResponseHash') readPrevious(asked, value, warn);
  else tell(warn, name, 'is unknown and ignored');
}

/**
 * undefined, which keeps everything, for what holds no names. A bare text is the one name that it
 * says.
 */
function namesIn(name: string, value: unknown, warn: WarnOnce): string[] | undefined {
  if (typeof value === 'string') {
    tell(warn, name, 'must be an array or a Set of names, got a string, which counts as one name');
    return [value];
  }
  if (typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function') {
    tell(
      warn,
      name,
      `must be an array or a Set of names, got ${typeName(value)}; nothing is filtered by it`,
    );
    return undefined;
  }
  const all = [...(value as Iterable<unknown>)];
  const names = all.filter((entry): entry is string => typeof entry === 'string');
  if (names.length === all.length) return names;
  const isUsable = names.length > 0;
  tell(
    warn,
    name,
    'holds what is no name; ' +
      `${isUsable ? 'the names beside it are kept' : 'nothing is filtered by it'}`,
  );
  return isUsable ? names : undefined;
}

function readSwitch(asked: Fields, name: string, value: unknown, warn: WarnOnce): void {
  if (typeof value !== 'boolean')
    tell(warn, name, `must be a boolean, got ${typeName(value)}; it counts as ${Boolean(value)}`);
  // The engines know nothing of pages.
  if (name !== 'htmlSafe' && value) asked[name] = true;
}

/** What is no algorithm leaves names plain, as in statsig-node. */
function readHash(value: unknown, warn: WarnOnce): string {
  if (!HASHES.includes(value as string))
    tell(
      warn,
      'hash',
      `must be one of ${HASHES.join(', ')}, got ${shown(value)}; names stay plain`,
    );
  return String(value);
}

function readFormat(asked: Fields, value: unknown, warn: WarnOnce): void {
  if (FORMATS.includes(value as string))
    asked.responseFormat = value as EngineOptions['responseFormat'];
  else
    tell(
      warn,
      'responseFormat',
      `must be one of ${FORMATS.join(', ')}, got ${shown(value)}; v1 is used`,
    );
}

function readPrevious(asked: Fields, value: unknown, warn: WarnOnce): void {
  if (typeof value === 'string') asked.previousResponseHash = value;
  else
    tell(warn, 'previousResponseHash', `must be a string, got ${typeName(value)}; it is ignored`);
}

function readOverrides(value: unknown, warn: WarnOnce): EngineOptions['overrides'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    tell(warn, 'overrides', `must be an object, got ${typeName(value)}; they are ignored`);
    return undefined;
  }
  const kept: Given = {};
  for (const kind of Object.keys(value)) {
    const byName = (value as Given)[kind];
    if (!OVERRIDES.includes(kind))
      tell(warn, `overrides.${kind}`, `is unknown and ignored; there are ${OVERRIDES.join(', ')}`);
    else if (typeof byName === 'object' && !Array.isArray(byName)) kept[kind] = byName;
    else if (byName !== undefined)
      tell(
        warn,
        `overrides.${kind}`,
        `must be an object by name, got ${typeName(byName)}; it is ignored`,
      );
  }
  return kept;
}

function tell(warn: WarnOnce, name: string, what: string): void {
  const short = name.slice(0, 80);
  warn(`gcir:${short}`, `statsigSDK> The option ${short} of getClientInitializeResponse ${what}.`);
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeName(value);
}

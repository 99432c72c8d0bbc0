/**
 * What the sentences of feature files mean: those of OpenFeature's own files, and ours. A pattern
 * takes either.
 */
import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import {
  ProviderEvents,
  type EvaluationContextValue,
  type FlagValue,
} from '@openfeature/server-sdk';
import { addContext, contextUpTo } from './levels';
import type { State, Type, World } from './world';

type Rows = readonly (readonly string[])[];
type Body = (world: World, given: string[], rows: Rows) => unknown;

/** A sentence and what it does. */
export interface Step {
  pattern: RegExp;
  body: Body;
}

/** Tags of scenarios that ask for what this provider cannot have, and why. */
export const NOT_OURS: Readonly<Record<string, string>> = {
  '@reason-codes-cached':
    'CACHED says that a sticky assignment answered; what is remembered keeps its reason',
  '@numeric-coercion': 'JavaScript and its SDK have one type of number',
};

const UNTIL_MS = 2_000;

/** A value as a feature file writes it. */
function read(type: string, text: string): FlagValue {
  if (type === 'boolean') return text === 'true';
  if (type === 'integer' || type === 'float') return Number(text);
  if (type !== 'object') return text;
  return text === 'null' ? null! : (JSON.parse(text.replaceAll('\\"', '"')) as FlagValue);
}

const typeOf = (text: string): Type => text.toLowerCase() as Type;

function choose(world: World, type: string, key: string, otherwise: string): void {
  const known = typeOf(type);
  world.flag = { type: known, key, otherwise: read(known, otherwise) };
}

async function choseAndAsk(world: World, given: string[]): Promise<void> {
  const [type = '', key = '', otherwise = ''] = given;
  choose(world, type, key, otherwise);
  await world.evaluate();
}

function details(world: World): NonNullable<World['details']> {
  if (world.thrown !== null) throw world.thrown;
  ok(world.details, 'nothing was evaluated');
  return world.details;
}

function valueIs(world: World, text: string): void {
  deepEqual(details(world).value, read(world.flag!.type, text));
}

function defaultIs(world: World): void {
  deepEqual(details(world).value, world.flag!.otherwise);
}

function saysWhy(world: World, reason: string, code?: string): void {
  equal(details(world).reason, reason);
  if (code !== undefined) equal(details(world).errorCode ?? '', code);
}

function put(world: World, key: string, value: EvaluationContextValue): void {
  world.context = { ...world.context, [key]: value };
}

async function told(world: World, kind: string, limitMs = UNTIL_MS): Promise<void> {
  const list = world.events.get(eventOf(kind));
  const end = Date.now() + limitMs;
  while (list?.length === 0 && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 1));
  ok(list !== undefined && list.length > 0, `${kind} was not told`);
}

function eventOf(kind: string): string {
  if (kind === 'change') return ProviderEvents.ConfigurationChanged;
  return { ready: ProviderEvents.Ready, error: ProviderEvents.Error }[kind] ?? ProviderEvents.Stale;
}

function stateIs(world: World, state: string): void {
  equal(world.client.providerStatus, state.toUpperCase().replaceAll(' ', '_'));
}

/** Rows of a key, a type and a value, in the order in which the head of the table names them. */
function table([head = [], ...rows]: Rows): { key: string; type: string; value: string }[] {
  const at = (name: RegExp): number => head.findIndex((cell) => name.test(cell));
  const [key, type, value] = [at(/^key$/), at(/type$/), at(/^value$/)];
  return rows.map((row) => ({
    key: row[key]!,
    type: row[type]!.toLowerCase(),
    value: row[value]!,
  }));
}

function holds(object: unknown, rows: Rows): void {
  const held = object as Record<string, unknown>;
  for (const { key, type, value } of table(rows)) deepEqual(held[key], read(type, value), key);
}

const FIELDS: Readonly<Record<string, string>> = { flag_key: 'flagKey', error_code: 'errorCode' };

function hooksGot(world: World, stages: string, rows: Rows): void {
  for (const stage of stages.split(', ')) {
    const call = world.hookCalls.find((one) => one.stage === stage);
    ok(call, `${stage} was not called`);
    const got = call.details as unknown as Record<string, unknown>;
    for (const { key, type, value } of table(rows))
      deepEqual(got[FIELDS[key] ?? key], value === 'null' ? undefined : read(type, value), key);
  }
}

/** `"a", "b" and 3`, also with `, respectively`. */
function listed(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\d+)/g)].map(([, quoted, number]) => quoted ?? number!);
}

function objectIs(world: World, keys: string, values: string): void {
  const value = details(world).value as Record<string, unknown>;
  const wanted = listed(values);
  for (const [at, key] of listed(keys).entries()) equal(String(value[key]), wanted[at]);
}

const step = (pattern: RegExp, body: Body): Step => ({ pattern, body });

const providers: Step[] = [
  step(/^(?:a|an) (stable|not ready|fatal|error|stale|unavailable) provider$/, (world, [state]) =>
    world.begin(state as State),
  ),
  step(/^a stable provider with retrievable context is registered$/, (world) =>
    world.begin('stable'),
  ),
  step(/^the provider status should be "(\w+)"$/, (world, [state]) => stateIs(world, state!)),
  step(/^the client (?:should be|is) in ([\w ]+) state$/, (world, [state]) =>
    stateIs(world, state!),
  ),
  step(/^the provider (?:metadata name should not be empty|has a name)$/, (world) =>
    ok(world.client.metadata.providerMetadata.name.length > 0),
  ),
  step(/^the connection is lost$/, (world) => world.loseConnection()),
  step(/^the connection is (?:restored|back)$/, (world) => world.restoreConnection()),
  step(/^the flag (?:was modified|changes)$/, (world) => world.changeFlag()),
];

const evaluations: Step[] = [
  step(
    /^(?:a|an) (\w+)-flag with key "(.*)" and a (?:fallback|default) value "(.*)"$/,
    (world, given) => choose(world, given[0]!, given[1]!, given[2]!),
  ),
  step(/^(\w+) "(.*)" is asked for, else "(.*)"$/, choseAndAsk),
  step(
    /^an? (?:non-existent )?(\w+) flag with key "(.*)" is evaluated with(?: details and)? (?:a |)(?:default|fallback|null default) value ?"?(.*?)"?$/,
    (world, [type, key, otherwise]) =>
      choseAndAsk(world, [type!, key!, otherwise === '' ? 'null' : otherwise!]),
  ),
  step(/^a flag with key "(.*)" is evaluated with default value "(.*)"$/, (world, given) =>
    choseAndAsk(world, ['string', ...given]),
  ),
  step(
    /^a string flag with key "(.*)" is evaluated as an integer, with details and a fallback value (\d+)$/,
    (world, given) => choseAndAsk(world, ['integer', ...given]),
  ),
  step(/^(?:the flag was evaluated with details|it is asked for)( asynchronously)?$/, (world) =>
    world.evaluate(),
  ),
  step(/^Some flag was evaluated$/, async (world) => {
    choose(world, 'boolean', 'boolean-flag', 'false');
    await world.evaluate();
  }),
];

const answers: Step[] = [
  step(/^the resolved details value should be "(.*)"$/, (world, [text]) => valueIs(world, text!)),
  step(/^the value is "(.*)"$/, (world, [text]) => valueIs(world, text!)),
  step(/^the resolved \w+ (?:value|response) should be "?(.*?)"?$/, (world, [text]) => {
    if (!text!.startsWith('contain fields ')) return valueIs(world, text!);
    const [keys = '', values = ''] = text!.split(', with values ');
    return objectIs(world, keys, values);
  }),
  step(
    /^the resolved \w+ details value should be (?:contain fields (.*), with values (.*)|"?(.*?)"?, the variant should be "(.*)", and the reason should be "(.*)")$/,
    (world, [keys, values, text, variant, reason]) => {
      if (keys !== undefined) return objectIs(world, keys, values!);
      valueIs(world, text!);
      equal(details(world).variant, variant);
      return saysWhy(world, reason!);
    },
  ),
  step(/^the variant should be "(.*)", and the reason should be "(.*)"$/, (world, given) => {
    equal(details(world).variant, given[0]);
    saysWhy(world, given[1]!);
  }),
  step(/^the variant (?:should be|is) "(.*)"$/, (world, [variant]) =>
    equal(details(world).variant, variant),
  ),
  step(/^there is no variant$/, (world) => equal(details(world).variant, undefined)),
  step(/^the reason (?:should be|is) "(.*)"$/, (world, [reason]) => saysWhy(world, reason!)),
  step(/^the error-?\s?code (?:should be|is) "(.*)"$/, (world, [code]) =>
    equal(details(world).errorCode ?? '', code),
  ),
  step(/^the error message should be empty$/, (world) =>
    equal(details(world).errorMessage ?? '', ''),
  ),
  step(/^no exception should have been thrown$/, (world) => equal(world.thrown, null)),
  step(/^the default \w+ value should be returned$|^the default comes back$/, defaultIs),
  step(
    /^the reason should indicate an error and the error code should indicate .* with "(.*)"$/,
    (world, [code]) => saysWhy(world, 'ERROR', code),
  ),
  step(/^it fails with "(.*)"$/, (world, [code]) => {
    defaultIs(world);
    saysWhy(world, 'ERROR', code);
  }),
  step(/^the flag key (?:should be|is) "(.*)"$/, (world, [key]) =>
    equal(details(world).flagKey, key),
  ),
  step(/^the resolved object value should contain$|^the object has$/, (world, _, rows) =>
    holds(details(world).value, rows),
  ),
  step(/^the resolved metadata should contain$|^the metadata says$/, (world, _, rows) =>
    holds(details(world).flagMetadata, rows),
  ),
  step(/^the resolved metadata is empty$|^the metadata says nothing$/, (world) =>
    deepEqual({ ...details(world).flagMetadata }, {}),
  ),
  step(/^the evaluation details should be immutable$|^the metadata is frozen$/, (world) =>
    ok(Object.isFrozen(details(world).flagMetadata)),
  ),
  step(/^the evaluation should complete without blocking$/, (world) => void details(world)),
  step(/^the resolved value is remembered$/, (world) =>
    world.notes.set('value', details(world).value),
  ),
  step(/^the (?:resolved details value should have changed|value is another one)$/, (world) =>
    notDeepEqual(details(world).value, world.notes.get('value')),
  ),
];

const contexts: Step[] = [
  step(
    /^a context containing a key "(.*)", with type "(.*)" and with value "(.*)"$/,
    (world, [key, type, value]) => put(world, key!, read(typeOf(type!), value!)),
  ),
  step(/^a context containing a key "(.*)" with null value$/, (world, [key]) =>
    put(world, key!, null),
  ),
  step(/^a context containing a targeting key with value "(.*)"$/, (world, [value]) =>
    put(world, 'targetingKey', value!),
  ),
  step(/^somebody whose "(.*)" is (?:"(.*)"|(\d+))$/, (world, [key, text, number]) =>
    put(world, key!, text ?? Number(number)),
  ),
  step(/^somebody without "(.*)"$/, (world, [key]) => put(world, key!, null)),
  step(/^context contains keys (.*) with values (.*)$/, (world, [keys, values]) => {
    const wanted = listed(values!);
    for (const [at, key] of listed(keys!).entries()) put(world, key, wanted[at]!);
  }),
  step(/^the resolved flag value is "(.*)" when the context is empty$/, async (world, [value]) => {
    await world.evaluate({});
    valueIs(world, value!);
  }),
  step(
    /^(?:A context entry with key|the entry) "(.*)" (?:and|with) value "(.*)" is added to the "(.*)" level$/,
    (world, [key, value, level]) => addContext(world, level!, { [key!]: value! }),
  ),
  step(
    /^A table with levels of increasing precedence$|^levels, the last one wins$/,
    (world, _, rows) =>
      world.notes.set(
        'levels',
        rows.map(([level]) => level),
      ),
  ),
  step(
    /^(?:Context entries for each level from API level|each level) down to (?:the )?"([^"]*)"(?: level)?,? (?:with key|says) "([^"]*)"(?: and value "([^"]*)")?$/,
    (world, [level, key]) => contextUpTo(world, level!, key!),
  ),
  step(
    /^The merged context contains an entry with key "(.*)" and value "(.*)"$|^the provider sees "(.*)" with value "(.*)"$/,
    (world, [key, value, ourKey, ourValue]) => {
      equal(world.seen?.[key ?? ourKey!], value ?? ourValue);
    },
  ),
  step(/^an evaluation context with modifiable data$|^a context of nested data$/, (world) => {
    world.context = { targetingKey: 'ada', tags: ['a', { b: 1 }], since: new Date(0) };
    world.notes.set('context', structuredClone(world.context));
  }),
  step(
    /^the (?:original evaluation )?context (?:should remain unmodified|is as it was)$/,
    (world) => deepEqual(world.context, world.notes.get('context')),
  ),
];

const hooks: Step[] = [
  step(
    /^a client with (?:added|a) hook$/,
    (world) => void world.client.addHooks(world.hook('client')),
  ),
  step(/^the "(\w+)" hook (?:should have been executed|runs)$/, (world, [stage]) =>
    ok(world.hookCalls.some((call) => call.stage === stage)),
  ),
  step(
    /^the "(.*)" hooks (?:should be called with evaluation details|are told)$/,
    (world, [stages], rows) => hooksGot(world, stages!, rows),
  ),
  step(/^evaluation options containing specific hooks$|^a call with two hooks$/, (world) => {
    world.options = { hooks: [world.hook('first'), world.hook('second')] };
  }),
  step(/^the flag was evaluated with details using the evaluation options$/, (world) =>
    world.evaluate(),
  ),
  step(/^the specified hooks should execute during evaluation$/, (world) =>
    deepEqual(new Set(world.hookCalls.map(({ hook }) => hook)), new Set(['first', 'second'])),
  ),
  step(/^the hook order should be maintained$|^they run in order, and back$/, (world) => {
    const order = (stage: string): string[] =>
      world.hookCalls.filter((call) => call.stage === stage).map(({ hook }) => hook);
    deepEqual(order('before'), ['first', 'second']);
    deepEqual(order('after'), ['second', 'first']);
    deepEqual(order('finally'), ['second', 'first']);
  }),
];

const events: Step[] = [
  step(/^an? (\w+) event handler$/, (world, [kind]) => world.listen(eventOf(kind!))),
  step(
    /^the (\w+) event handler (?:should have been executed|runs)(?: within (\d+)ms)?$/,
    (world, [kind, limit]) => told(world, kind!, limit === undefined ? UNTIL_MS : Number(limit)),
  ),
  // What came before does not count for the handlers of what comes.
  step(/^a ready event was fired$/, async (world) => {
    await told(world, 'ready');
    for (const list of world.events.values()) list.length = 0;
  }),
  step(/^the flag (?:should be part of|is in) the event(?: payload)?$/, (world) => {
    const list = world.events.get(ProviderEvents.ConfigurationChanged) ?? [];
    const { flagsChanged = [] } = list.at(-1) as { flagsChanged?: string[] };
    ok(flagsChanged.includes(world.flag!.key));
  }),
];

/** All of them; the first one that fits counts. */
export const STEPS: readonly Step[] = [
  ...providers,
  ...evaluations,
  ...answers,
  ...contexts,
  ...hooks,
  ...events,
];

/**
 * `npm run compare [-- --users 500 --responses 50 --seed 1 --engines native,js --specs FILE]`
 *
 * statsig-node and this package side by side, through their public APIs, on the same payload from a
 * local server: every gate, config, experiment, layer and layer parameter for every user, the
 * client-initialize responses, and the events that arrive (exposures, manual ones, type mismatches,
 * custom events), with `sampling_mode` as given and then off, shadow and on (`--sampling
 * off,shadow,on`, `--sampled-users 100`). Then dcs-v2 of the shared project against
 * statsig-node-core and its dcs-v1 form (`compare-core.ts`). Prints `0 differences` or exits 1.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import type { JsonObject } from './case';
import { canonical, eventDifferences, firstDifference } from './compare-answers';
import { compareCore } from './compare-core';
import { builtEngines } from './engines';
import { generatePayload } from './generate-payload';
import { generateUser, targetsOf } from './generate-user';
import { dropInheritedNames, useTrueSha256 } from './oracle';
import type { OracleServer } from './oracle';
import { Random } from './random';
import { observe, silenceStatsigNode } from './sdk';
import type { Observed, Script, SdkConstructor } from './sdk';

const given = argumentsOf(process.argv.slice(2));
const shared = join(__dirname, '..', '..', 'shared', 'data');

function readPayload(path: string): JsonObject {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
}

/**
 * Users that differ in what exposures are deduplicated by, so that the 60-second window plays no
 * part.
 */
function distinctUsers(random: Random, payload: JsonObject, count: number): JsonObject[] {
  const targets = targetsOf(payload);
  const users = new Map<string, JsonObject>();
  while (users.size < count) {
    const user = generateUser(random, targets);
    const key = `${String(user['userID'] ?? '')},${Object.values((user['customIDs'] ?? {}) as object).join(',')}`;
    if (!users.has(key)) users.set(key, user);
  }
  return [...users.values()];
}

function layerParameters(payload: JsonObject): string[] {
  const specs = [
    ...(payload['layer_configs'] as JsonObject[]),
    ...(payload['dynamic_configs'] as JsonObject[]),
  ];
  const inLayers = new Set(
    Object.values((payload['layers'] ?? {}) as Record<string, string[]>).flat(),
  );
  const relevant = specs.filter(
    (spec) => spec['entity'] === 'layer' || inLayers.has(spec['name'] as string),
  );
  const values = relevant.flatMap((spec) => [
    spec['defaultValue'],
    ...(spec['rules'] as JsonObject[]).map((rule) => rule['returnValue']),
  ]);
  return [
    ...new Set(
      values.flatMap((value) =>
        value !== null && typeof value === 'object' ? Object.keys(value) : [],
      ),
    ),
  ];
}

function idListsOf(payload: JsonObject, users: JsonObject[]): Record<string, string[]> {
  const ids = users
    .flatMap((user) => [user['userID'], ...Object.values((user['customIDs'] ?? {}) as object)])
    .filter((id): id is string => typeof id === 'string' && id !== '');
  const names = Object.keys((payload['id_lists'] ?? {}) as object);
  return Object.fromEntries(
    names.map((name) => [name, [...new Set(ids)].filter((_, index) => index % 2 === 0)]),
  );
}

function scriptFor(payload: JsonObject, seed: number, count: number): Script {
  const users = distinctUsers(new Random(seed), payload, count);
  return {
    payload,
    idLists: idListsOf(payload, users),
    users,
    layerParameters: layerParameters(payload),
    responses: given.number('responses', 50),
    options: {},
  };
}

/** Prints the first few; returns how many. */
function reportDifferences(title: string, expected: Observed, actual: Observed): number {
  const found: string[] = [];
  const texts = (name: string, left: string[], right: string[]): void => {
    for (const [index, text] of left.entries()) {
      if (text === right[index]) continue;
      const parts = firstDifference(text, right[index] ?? 'missing');
      found.push(
        `${name} ${index}\n  statsig-node: …${parts.expected}\n  ours:         …${parts.actual}`,
      );
    }
    if (right.length > left.length) found.push(`${name}: ${right.length - left.length} too many`);
  };
  texts('lists', [canonical(expected.lists)], [canonical(actual.lists)]);
  texts('user', expected.users, actual.users);
  texts('client-initialize response', expected.responses, actual.responses);
  for (const { expected: left, actual: right } of eventDifferences(expected.events, actual.events, {
    clocks: false,
    order: false,
  })) {
    found.push(`event\n  statsig-node: ${String(left)}\n  ours:         ${String(right)}`);
  }
  for (const text of found.slice(0, 8)) console.log(`${title}: ${text}`);
  return found.length;
}

function answersIn(observed: Observed): number {
  return observed.users.reduce(
    (sum, text) =>
      sum +
      Object.values(JSON.parse(text) as Record<string, unknown[]>).reduce(
        (inner, answer) => inner + Math.max(1, answer.filter(Array.isArray).length),
        0,
      ),
    0,
  );
}

/**
 * `correct`: statsig-node gets the documented corrections Q10 and Q11, which the generated project
 * would run into.
 */
/**
 * Users of one run: more would log past the 100,000 keys at which statsig-node empties its dedupe
 * set (Q27).
 */
const USERS_PER_RUN = 250;

async function comparePayload(
  name: string,
  payload: JsonObject,
  engines: EngineKind[],
  correct: boolean,
  users = given.number('users', 500),
): Promise<number> {
  const whole = scriptFor(payload, given.number('seed', 1), users);
  let total = 0;
  for (let from = 0; from < whole.users.length; from += USERS_PER_RUN) {
    const slice = whole.users.slice(from, from + USERS_PER_RUN);
    total += await compareRun(
      `${name} from user ${from}`,
      { ...whole, users: slice },
      engines,
      correct,
    );
  }
  return total;
}

async function compareRun(
  name: string,
  script: ReturnType<typeof scriptFor>,
  engines: EngineKind[],
  correct: boolean,
): Promise<number> {
  const theirs = (require('statsig-node') as { StatsigServer: SdkConstructor }).StatsigServer;
  useTrueSha256(correct);
  const expected = await observe(
    theirs,
    script,
    (sdk) => correct && dropInheritedNames(sdk as unknown as OracleServer),
  );
  const ours = (require('../src/index') as { StatsigServer: SdkConstructor }).StatsigServer;
  let total = 0;
  for (const engine of engines) {
    const actual = await observe(ours, { ...script, options: { engine } });
    const count = reportDifferences(`${name}, ${engine}`, expected, actual);
    console.log(
      `${name}, ${engine}: ${script.users.length} users, ${answersIn(expected)} answers, ${expected.responses.length} client-initialize responses, ${expected.events.length} events: ${count} differences`,
    );
    total += count;
  }
  return total;
}

/**
 * The payload with a sampling mode, and with rates on some of its rules so that both decisions
 * occur.
 */
function sampled(payload: JsonObject, mode: string): JsonObject {
  const copy = JSON.parse(JSON.stringify(payload)) as JsonObject;
  copy['sdk_configs'] = {
    sampling_mode: mode === 'off' ? 'none' : mode,
    special_case_sampling_rate: 3,
  };
  const specs = ['feature_gates', 'dynamic_configs', 'layer_configs'].flatMap(
    (kind) => copy[kind] as JsonObject[],
  );
  const rules = specs.flatMap((spec) =>
    Array.isArray(spec['rules']) ? (spec['rules'] as JsonObject[]) : [],
  );
  rules.forEach((rule, index) => index % 3 === 0 && (rule['samplingRate'] = 2 + (index % 5)));
  return copy;
}

async function compareSampling(
  name: string,
  payload: JsonObject,
  engines: EngineKind[],
  correct: boolean,
): Promise<number> {
  let total = 0;
  for (const mode of given.list('sampling', ['off', 'shadow', 'on'])) {
    total += await comparePayload(
      `${name}, sampling ${mode}`,
      sampled(payload, mode),
      engines,
      correct,
      given.number('sampled-users', 100),
    );
  }
  return total;
}

async function main(): Promise<void> {
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const v1 = given.text('specs', join(shared, 'eval_project.dcs-v1.json'));
  const v2 = join(shared, 'eval_project.dcs-v2.json');
  silenceStatsigNode();
  let total = 0;
  if (existsSync(v1)) {
    total += await comparePayload(basename(v1), readPayload(v1), engines, false);
    total += await compareSampling(basename(v1), readPayload(v1), engines, false);
  } else console.log(`${basename(v1)} is not here; comparing on a generated project only`);
  const generated = generatePayload(new Random(given.number('seed', 1)), {
    gates: 60,
    configs: 20,
    layers: 8,
  });
  total += await comparePayload('generated project', generated, engines, true);
  total += await compareSampling('generated project', generated, engines, true);
  if (existsSync(v1) && existsSync(v2))
    total += await compareCore(
      readPayload(v1),
      readPayload(v2),
      engines,
      given.number('core-users', 200),
    );
  console.log(`${total} differences`);
  process.exitCode = total === 0 ? 0 : 1;
}

void main();

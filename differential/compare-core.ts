/**
 * `npx tsx differential/compare-core.ts [--users 200 --seed 5 --engines native,js]`
 *
 * dcs-v2 in its own dialect: whole answers (value, rule, group, ID type, secondary exposures in
 * order) of statsig-node-core and of every engine on the shared project. Then the same answers from
 * its dcs-v1 form, which says the same in the other dialect. Prints `0 differences` or exits 1.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import type { Case, Json, JsonObject, Names } from './case';
import { canonical } from './compare-answers';
import { askCore, eventsByUser } from './core-sdk';
import type { CoreAnswer, CoreAnswers } from './core-sdk';
import { coreAnswers } from './core-answers';
import { askEngine, builtEngines, createEngine } from './engines';
import { targetsOf } from './generate-user';
import type { Targets } from './generate-user';
import { Random } from './random';

const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1',
];
const addresses = ['24.18.183.148', '115.240.90.163', '1.1.1.1', '10.0.0.1'];

/**
 * A user whose values have the types that conditions ask for: of others the two SDKs think
 * differently, and operators are JavaScript's in both dialects here.
 */
function plainUser(random: Random, targets: Targets, userID: string): JsonObject {
  const user: JsonObject = { userID, custom: {} };
  for (const [field, values] of targets.fields) {
    const texts = values
      .flat()
      .filter((value): value is string => typeof value === 'string' && value !== '');
    if (
      texts.length === 0 ||
      !random.chance(0.6) ||
      field.startsWith('browser') ||
      field.startsWith('os')
    )
      continue;
    (user['custom'] as JsonObject)[field] = random.chance(0.8)
      ? random.pick(texts)
      : 'something else';
  }
  if (random.chance(0.5))
    user['email'] = random.pick<Json>(['someone@example.com', 'someone@statsig.com']);
  if (random.chance(0.5)) user['ip'] = random.pick(addresses);
  if (random.chance(0.5)) user['userAgent'] = random.pick(userAgents);
  if (random.chance(0.5))
    user['customIDs'] = Object.fromEntries(
      targets.idTypes
        .filter((type) => type !== 'userID')
        .map((type) => [type, `unit_${random.below(1000)}`]),
    );
  if (random.chance(0.3))
    user['statsigEnvironment'] = { tier: random.pick(['production', 'staging', 'development']) };
  return user;
}

/**
 * User IDs, of which every tenth is in the global holdout: one of 200 is by chance, and the
 * dialects differ most there.
 */
function userIds(v2: JsonObject, count: number): string[] {
  const { salt, rules } = (
    v2['feature_gates'] as Record<
      string,
      { salt: string; rules: { salt: string; passPercentage: number }[] }
    >
  )['global_holdout']!;
  const [rule] = rules;
  const isHeld = (id: string): boolean => {
    const digest = createHash('sha256').update(`${salt}.${rule!.salt}.${id}`).digest();
    return Number(digest.readBigUInt64BE() % 10_000n) < rule!.passPercentage * 100;
  };
  const ids: string[] = [];
  for (let number = 0; ids.length < count; number++) {
    if (ids.length % 10 !== 9 || isHeld(`user_${number}`)) ids.push(`user_${number}`);
  }
  return ids;
}

function namesOf(payload: JsonObject): Names {
  // Each kind has its own unknown name: there, exposures of equal names would be taken for repeats.
  const names = (key: string): string[] => [
    ...Object.keys(payload[key] as JsonObject),
    `not in ${key}`,
  ];
  return {
    gates: names('feature_gates'),
    configs: names('dynamic_configs'),
    layers: names('layer_configs'),
  };
}

/** Every parameter that some layer has for some user. */
function parametersIn(expected: CoreAnswers[]): string[] {
  const values = expected.flatMap((answers) =>
    Object.entries(answers)
      .filter(([name]) => name.startsWith('layer '))
      .map(([, { value }]) => value),
  );
  return [...new Set(values.flatMap((value) => Object.keys((value ?? {}) as object)))];
}

/** Prints the first few; returns how many. */
function report(title: string, expected: CoreAnswers[], actual: CoreAnswers[]): number {
  let found = 0;
  for (const [user, answers] of expected.entries()) {
    for (const [name, answer] of Object.entries(answers)) {
      const other = actual[user]?.[name];
      if (canonical(answer) === canonical(other) || found++ >= 5) continue;
      console.log(
        `${title}, user ${user}, ${name}\n  expected: ${canonical(answer)}\n  actual:   ${canonical(other)}`,
      );
    }
  }
  return found;
}

async function askOurs(
  kind: EngineKind,
  one: Case,
  payload: JsonObject,
  v2: JsonObject,
  expected: CoreAnswers[],
): Promise<CoreAnswers[]> {
  const names = namesOf(v2);
  const parameters = parametersIn(expected);
  const layerParameters = Object.fromEntries(names.layers.map((layer) => [layer, parameters]));
  const engine = createEngine(kind);
  const { users, events } = await askEngine(
    engine,
    one,
    { names, layerParameters, exposures: true, clientInitialize: [] },
    payload,
  );
  engine.dispose();
  const byUser = eventsByUser(events);
  return users.map((answered, index) =>
    coreAnswers(answered, v2, byUser.get((one.users[index] as JsonObject)['userID']) ?? []),
  );
}

/** Started anew between the two downloads, with other rules. */
const RESTARTED = ['config experiment_with_many_params', 'layer layer_with_many_params'];

/**
 * The dcs-v1 payload with what was edited between the two downloads beside those: the size of the
 * holdout.
 */
function asEdited(v1: JsonObject, v2: JsonObject): JsonObject {
  const copy = JSON.parse(JSON.stringify(v1)) as {
    feature_gates: { name: string; rules: { passPercentage: number }[] }[];
  };
  const { rules } = (
    v2['feature_gates'] as Record<string, { rules: { passPercentage: number }[] }>
  )['global_holdout']!;
  copy.feature_gates.find(({ name }) => name === 'global_holdout')!.rules[0]!.passPercentage =
    rules[0]!.passPercentage;
  return copy as unknown as JsonObject;
}

/**
 * What the dcs-v1 payload can answer alike: it was downloaded before some specs were made, and
 * before they had versions.
 */
function inBoth(answers: CoreAnswers, v1: JsonObject): CoreAnswers {
  const kinds = { gate: 'feature_gates', config: 'dynamic_configs', layer: 'layer_configs' };
  const known = new Set(
    Object.entries(kinds).flatMap(([kind, key]) =>
      (v1[key] as JsonObject[]).map(({ name }) => `${kind} ${String(name)}`),
    ),
  );
  const strip = (answer: CoreAnswer): CoreAnswer => ({
    ...answer,
    exposures: answer.exposures.map((one) => ({ ...one, configVersion: null })),
  });
  return Object.fromEntries(
    Object.entries(answers)
      .filter(([name]) => known.has(name) && !RESTARTED.includes(name))
      .map(([name, answer]) => [name, strip(answer)]),
  );
}

/** Prints a line per engine and form; returns the number of answers that differ. */
export async function compareCore(
  v1: JsonObject,
  v2: JsonObject,
  engines: EngineKind[],
  count: number,
  seed = 5,
): Promise<number> {
  const random = new Random(seed);
  const targets = targetsOf(v1);
  const users = userIds(v2, count).map((id) => plainUser(random, targets, id));
  const one: Case = {
    name: 'core',
    payload: v1,
    idLists: {},
    environment: null,
    now: Date.now(),
    timeZone: 'UTC',
    users,
    overrides: { gates: {}, configs: {}, layers: {} },
  };
  const expected = await askCore(v2, users, namesOf(v2));
  let total = 0;
  for (const kind of engines) {
    for (const [form, payload] of [
      ['dcs-v2', v2],
      ['dcs-v1', asEdited(v1, v2)],
    ] as const) {
      const actual = await askOurs(kind, one, payload, v2, expected);
      const wanted = form === 'dcs-v1' ? expected.map((answers) => inBoth(answers, v1)) : expected;
      const answers = wanted.reduce((sum, answers) => sum + Object.keys(answers).length, 0);
      const different = report(`${form}, ${kind}`, wanted, actual);
      console.log(
        `${form} as statsig-node-core on dcs-v2, ${kind}: ${users.length} users, ${answers} answers: ${different} differences`,
      );
      total += different;
    }
  }
  return total;
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const shared = join(__dirname, '..', '..', 'shared', 'data');
  const payload = (name: string): JsonObject =>
    JSON.parse(readFileSync(join(shared, name), 'utf8')) as JsonObject;
  const v1 = payload('eval_project.dcs-v1.json');
  const v2 = payload('eval_project.dcs-v2.json');
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const total = await compareCore(
    v1,
    v2,
    engines,
    given.number('users', 200),
    given.number('seed', 5),
  );
  console.log(`${total} differences`);
  process.exitCode = total === 0 ? 0 : 1;
}

if (require.main === module) void main();

/** One fuzz case from a seed: payload, users, lists, overrides, questions. */
import { createHash } from 'node:crypto';
import { allQuestions } from './case';
import type { Case, ClientInitializeCall, Json, JsonObject, Questions } from './case';
import { generatePayload } from './generate-payload';
import { makeWild } from './make-wild';
import { generateUser, makeExotic, targetsOf } from './generate-user';
import { Random } from './random';

export interface CaseSize {
  gates: number;
  configs: number;
  layers: number;
  users: number;
  clientInitialize: number;
}

/** 5,000 evaluations and 24 client-initialize calls or so. */
export const defaultSize: CaseSize = {
  gates: 60,
  configs: 20,
  layers: 8,
  users: 56,
  clientInitialize: 24,
};

function listLines(random: Random, ids: string[]): string {
  const lines: string[] = [];
  for (const id of ids) {
    const entry = createHash('sha256').update(id).digest('base64').slice(0, 8);
    if (random.chance(0.5)) lines.push(`+${entry}`);
    if (random.chance(0.1)) lines.push(`-${entry}`);
    if (random.chance(0.05)) lines.push(random.pick(['', '+', '-', 'junk', ' ', `+${entry} `]));
  }
  return lines[0]?.startsWith('+') === true || lines[0]?.startsWith('-') === true
    ? `${lines.join('\n')}\n`
    : '+00000000\n';
}

function userIds(users: JsonObject[]): string[] {
  const ids = users.flatMap((user) => [
    user['userID'],
    ...Object.values((user['customIDs'] ?? {}) as object),
  ]);
  return [...new Set(ids.filter((id): id is string => typeof id === 'string' && id !== ''))];
}

function generateOverrides(
  random: Random,
  one: { gates: string[]; configs: string[]; layers: string[] },
  ids: string[],
): Case['overrides'] {
  const table = <T>(names: string[], value: () => T): Record<string, Record<string, T>> =>
    Object.fromEntries(
      names
        .filter(() => random.chance(0.08))
        .map((name) => [
          name,
          { [random.chance(0.4) ? '' : random.pick(ids.length > 0 ? ids : ['x'])]: value() },
        ]),
    );
  const json = (): JsonObject => random.pick<JsonObject>([{}, { a: 5 }, { color: 'over' }]);
  return {
    gates: table(one.gates, () => random.chance(0.5)),
    configs: table(one.configs, json),
    layers: table(one.layers, json),
  };
}

function optionOverrides(random: Random, questions: Questions): JsonObject {
  const gates: JsonObject = {
    [random.pick(questions.names.gates)]: random.pick<Json>([true, false, 'text']),
  };
  const configs: JsonObject = {
    [random.pick(questions.names.configs)]: random.pick<Json>([
      { value: { o: 1 } },
      { groupName: 'Test' },
      { groupName: 'Control', value: null },
      {},
    ]),
  };
  return {
    featureGates: gates,
    dynamicConfigs: configs,
    layers: { [random.pick(questions.names.layers)]: { value: { l: true } } },
  };
}

function initializeCalls(
  random: Random,
  users: number,
  count: number,
  questions: Questions,
): ClientInitializeCall[] {
  return Array.from({ length: count }, () => {
    const options: JsonObject = {};
    if (random.chance(0.8)) options['hash'] = random.pick(['none', 'djb2', 'sha256', 'other']);
    if (random.chance(0.3)) options['includeLocalOverrides'] = random.chance(0.7);
    if (random.chance(0.3)) options['overrides'] = optionOverrides(random, questions);
    return {
      user: random.below(users),
      clientKey: random.chance(0.4)
        ? random.pick(['client-hashed', 'client-plain', 'client-unknown'])
        : null,
      options,
      random: random.pick([0, 0.2, 0.45, 0.9]),
    };
  });
}

/** What goes beyond sane input. */
export interface Extras {
  /** Some users hold what JSON cannot carry. */
  exotic?: boolean;
  /** Fields of specs have types that they should not have. */
  wild?: boolean;
}

/** The same seed, size and extras give the same case. */
export function fuzzCase(
  seed: number,
  size: CaseSize,
  extras: Extras = {},
): { one: Case; questions: Questions } {
  const random = new Random(seed);
  const payload = generatePayload(random, size);
  if (extras.wild === true) makeWild(random, payload);
  const targets = targetsOf(payload);
  const users = Array.from({ length: size.users }, () => generateUser(random, targets));
  const questions = allQuestions(payload);
  const ids = userIds(users);
  const one: Case = {
    name: `fuzz ${seed}`,
    payload,
    idLists: { list_a: listLines(random, ids), list_b: listLines(random, ids) },
    environment: random.chance(0.3)
      ? { tier: random.pick(['production', 'staging', 'Staging']), region: 'eu' }
      : null,
    now: 1_700_000_000_000 + random.below(1e9),
    timeZone: process.env['TZ'] ?? 'UTC',
    users:
      extras.exotic === true
        ? users.map((user) => (random.chance(0.3) ? makeExotic(random, user) : user))
        : users,
    overrides: random.chance(0.3)
      ? generateOverrides(random, questions.names, ids)
      : { gates: {}, configs: {}, layers: {} },
  };
  questions.clientInitialize = initializeCalls(
    random,
    size.users,
    size.clientInitialize,
    questions,
  );
  return { one, questions };
}

/**
 * `npx tsx differential/explained-checks.ts [--seed N --cases N --users N --engines native,js
 * --only newer]`
 *
 * Explanations as applications get them, of generated users on generated projects: value, rule,
 * group, reason and exposures are those of the check that follows, events included, and engines say
 * the same to the byte. Each number is three projects: in dcs-v1, the same in dcs-v2, and one with
 * everything of docs/spec/NEWER.md. Prints how many, and `0 differ` or exits with 1.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EngineKind } from '../src/engine/engine';
import type { Explanation } from '../src/explain/types';
import type { StatsigServer } from '../src/index';
import type { StatsigEnvironment } from '../src/types/user';
import { argumentsOf } from './arguments';
import { type JsonObject, payloadText } from './case';
import { type CheckKind, checkOf } from './checked';
import { builtEngines } from './engines';
import { fuzzCase } from './fuzz-case';
import { EventSink } from './event-sink';
import { generateProject } from './newer/project';
import { generateUser } from './newer/users';
import { toV2 } from './payload-v2';
import { Random } from './random';

/** A project, and who asks what of it. */
interface World {
  name: string;
  payload: JsonObject;
  environment: JsonObject | null;
  idLists: Record<string, string>;
  users: unknown[];
  asked: [CheckKind, string][];
}

/** Explanations tell the time that conditions compare. */
const NOW = 1_700_000_000_000;

const size = { gates: 12, configs: 6, layers: 4, clientInitialize: 0 };

/** The same number, the same worlds. */
export function worlds(number: number, users: number): World[] {
  const { one, questions } = fuzzCase(number, { ...size, users }, { exotic: number % 3 === 2 });
  const { names } = questions;
  const asked = [
    ...names.gates.map((name): [CheckKind, string] => ['gate', name]),
    // One event for both: the one or the other.
    ...names.configs.map((name, at): [CheckKind, string] => [
      at % 2 === 0 ? 'config' : 'experiment',
      name,
    ]),
    ...names.layers.map((name): [CheckKind, string] => ['layer', name]),
  ];
  const { environment, idLists } = one;
  // Which events are sampled away is no matter of an explanation.
  const { sdk_configs: sampling, ...payload } = one.payload;
  const world = { environment, idLists, users: one.users, asked };
  return [
    { ...world, name: `${number} in dcs-v1`, payload },
    { ...world, name: `${number} in dcs-v2`, payload: toV2(payload) ?? payload },
    newerWorld(number, users),
  ];
}

function newerWorld(number: number, users: number): World {
  const random = new Random(number);
  const { payload, names } = generateProject(random, { quirks: number % 2 === 1 });
  const asked = (['gate', 'config', 'experiment', 'layer'] as const).flatMap((kind) =>
    names[kind].map((name): [CheckKind, string] => [kind, name]),
  );
  const made = Array.from({ length: users }, (_, at) => generateUser(random, `${number}-${at}`));
  return { name: `${number}, newer`, payload, environment: null, idLists: {}, users: made, asked };
}

/** What an engine says of a world, a line for each explanation; throws where a check differs. */
export async function linesOf(engine: EngineKind, world: World): Promise<string[] | null> {
  const { now } = Date;
  Date.now = () => NOW;
  try {
    return await toldOn(engine, world);
  } finally {
    Date.now = now;
  }
}

async function toldOn(engine: EngineKind, world: World): Promise<string[] | null> {
  const sink = new EventSink(world.idLists);
  const { StatsigServer } = require('../src/index') as typeof import('../src/index');
  const quiet = (): void => undefined;
  const statsig = new StatsigServer('secret-explained', {
    engine,
    bootstrapValues: payloadText(world.payload),
    environment: (world.environment ?? {}) as StatsigEnvironment,
    networkOverrideFunc: sink.override,
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    loggingIntervalMs: 3_600_000,
    logger: { logLevel: 'none', info: quiet, warn: quiet, error: quiet },
  });
  const { success } = await statsig.initializeAsync();
  try {
    if (!success || statsig.health().source !== 'Bootstrap') return null;
    const lines: string[] = [];
    for (const [at, user] of world.users.entries())
      lines.push(...(await ofUser(statsig, sink, world, [at, user])));
    return lines;
  } finally {
    await statsig.shutdownAsync();
  }
}

async function ofUser(
  statsig: StatsigServer,
  sink: EventSink,
  { asked, name: world }: World,
  [at, user]: [number, unknown],
): Promise<string[]> {
  const lines: string[] = [];
  for (const [kind, name] of asked) {
    const where = `${world}: ${kind} ${name} user ${at} on ${statsig.engineInfo().engine}`;
    const told = caught(() => statsig.explain(user as never, kind, name));
    const checked = caught(() => check(statsig, user, kind, name));
    lines.push(JSON.stringify([kind, name, at, told]));
    if (typeof told === 'string' || typeof checked === 'string') {
      if (told !== checked)
        throw new Error(`${where}: explained ${short(told)}, checked ${short(checked)}`);
      continue;
    }
    const { value, ruleID, groupName, reason, exposures, error } = told;
    if (error !== undefined) continue;
    const said = { value, ruleID, groupName, reason };
    if (!isSame(said, checked))
      throw new Error(`${where}: explained ${short(said)}, checked ${short(checked)}`);
    if (told.spec !== null && !told.isCut && told.spec.ruleID !== ruleID)
      throw new Error(`${where}: the tree says ${told.spec.ruleID}, not ${ruleID}`);
    sink.expect(where, user, exposures);
  }
  await statsig.flush();
  sink.compare();
  return lines;
}

type Said = Pick<Explanation, 'value' | 'ruleID' | 'groupName' | 'reason'>;

function check(statsig: StatsigServer, user: unknown, kind: CheckKind, name: string): Said {
  const { value, ruleID, groupName, reason } = checkOf(statsig, user, kind, name);
  return { value, ruleID, groupName, reason };
}

/** The message of what was thrown. */
function caught<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return (error as Error).message;
  }
}

const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(one, other) || JSON.stringify(one) === JSON.stringify(other);

const short = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, 600);

/** What is asked, and where the lines begin to differ. */
function unlike([first, one]: [string, string], [engine, other]: [string, string]): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const part = (text: string): string => text.slice(Math.max(0, at - 400), at + 300);
  return `${one.slice(0, 60)}\n  ${first}: …${part(one)}\n  ${engine}: …${part(other)}`;
}

/** What is wrong with a world, and how many explanations it has. */
export async function problemOf(
  engines: readonly EngineKind[],
  world: World,
): Promise<{ problem: string | null; count: number }> {
  try {
    const [first, ...others] = engines;
    const lines = first === undefined ? null : await linesOf(first, world);
    for (const engine of others) {
      const theirs = await linesOf(engine, world);
      const at = (lines ?? []).findIndex((line, i) => line !== theirs?.[i]);
      if (at >= 0 || lines?.length !== theirs?.length) {
        const [one, other] = [lines?.[at] ?? 'nothing', theirs?.[at] ?? 'nothing'];
        return { problem: unlike([first ?? '', one], [engine, other]), count: 0 };
      }
    }
    return { problem: null, count: lines?.length ?? 0 };
  } catch (error) {
    return { problem: String((error as Error).stack), count: 0 };
  }
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const [from, cases] = [given.number('seed', 1), given.number('cases', 100)];
  const users = given.number('users', 10);
  let [failures, explanations] = [0, 0];
  for (let number = from; number < from + cases; number++) {
    for (const world of worlds(number, users)) {
      if (!world.name.includes(given.text('only', ''))) continue;
      const { problem, count } = await problemOf(engines, world);
      explanations += count;
      if (problem !== null && failures++ < given.number('show', 5))
        console.log(`project ${world.name}:\n  ${problem.slice(0, 3000)}`);
    }
  }
  console.log(
    `${engines.join(', ')}: ${3 * cases} projects, ${users} users each, ` +
      `${explanations} explanations like the checks: ${failures} projects differ`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}

if (require.main === module) void main();

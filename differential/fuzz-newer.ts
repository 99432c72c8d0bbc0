/**
 * `npm run fuzz:newer [-- --seed 1 --projects 20 --users 30 --engines native,js]`
 *
 * Generated dcs-v2 projects with everything of docs/spec/NEWER.md: statsig-node-core and every
 * engine, through their public APIs. Compares value, rule, group, ID type, allocation and reason of
 * gates, configs, experiments and layers, parameters of stores, and exposures with their secondary
 * ones, in order. What differs on purpose is in `known-core-differences.ts`; engines never differ
 * from each other. `--project N`: that one alone. Prints `0 differences` or exits 1.
 */
import type { EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import type { JsonObject } from './case';
import { canonical } from './compare-answers';
import { builtEngines } from './engines';
import { Comparison, unlike } from './newer/compare';
import type { Difference } from './newer/difference';
import { Facts } from './newer/facts';
import { addLines, observeUser, userKey } from './newer/observe';
import type { Observed } from './newer/observe';
import { generateOverrides } from './newer/local-overrides';
import { generateProject } from './newer/project';
import type { Draft } from './newer/draft';
import { coreSide, ourSide } from './newer/sides';
import type { LocalOverride, Side, World } from './newer/sides';
import { generateUser } from './newer/users';
import { Random } from './random';

export interface Campaign {
  seed: number;
  /** From which project on, and how many. */
  from: number;
  projects: number;
  users: number;
  /** Whether client-initialize responses are compared, of every fourth user. */
  responses: boolean;
  engines: EngineKind[];
}

/** What a campaign found. */
export interface Outcome {
  compared: number;
  exposures: number;
  entries: number;
  differences: string[];
  excused: Map<string, number>;
}

interface Asked {
  users: readonly JsonObject[];
  responses: boolean;
  overrides: readonly LocalOverride[];
}

async function observe(
  side: Side,
  draft: Draft,
  { users, responses, overrides }: Asked,
): Promise<ReadonlyMap<string, Observed>> {
  try {
    for (const one of overrides) side.override(one);
    const observed = new Map<string, Observed>();
    for (const [index, user] of users.entries()) {
      observed.set(userKey(user), observeUser({ side, draft, responses }, user, index));
      // Queues are bounded.
      if (index % 5 === 4) await side.events();
    }
    addLines(observed, await side.events());
    return observed;
  } finally {
    await side.stop();
  }
}

function textOf({ of, kind, name, field, theirs, ours, where, reach, lines }: Difference): string {
  const line = lines?.theirs?.key ?? '';
  return (
    `${where}: ${of} ${kind} ${name} ${line} ${field} [${[...reach].join(', ')}]` +
    `\n  theirs: ${canonical(theirs)}\n  ours:   ${canonical(ours)}`
  );
}

async function compareProject(number: number, campaign: Campaign, found: Outcome): Promise<void> {
  const random = new Random(campaign.seed * 100_003 + number);
  const draft = generateProject(random, { quirks: number % 5 === 4 });
  const users = Array.from({ length: campaign.users }, (_, index) =>
    generateUser(random, `${campaign.seed}-${number}-${index}`),
  );
  const ids = users.flatMap((user) => [
    ...Object.values(user['customIDs'] as Record<string, string>),
    ...(typeof user['userID'] === 'string' ? [user['userID']] : []),
  ]);
  const idLists = Object.fromEntries(
    draft.referable.idLists.map((name) => [
      name,
      [...new Set(ids)].filter(() => random.chance(0.4)),
    ]),
  );
  const world: World = { payload: draft.payload, idLists };
  // Of every third project some is overridden.
  const overrides = number % 3 === 2 ? generateOverrides(random, draft, ids) : [];
  const asked: Asked = { users, responses: campaign.responses, overrides };
  const theirs = await observe(await coreSide(world), draft, asked);
  let first: ReadonlyMap<string, Observed> | null = null;
  for (const engine of campaign.engines) {
    const ours = await observe(await ourSide(world, engine), draft, asked);
    first ??= ours;
    found.differences.push(
      ...unlike(first, ours).map((text) => `project ${number}, ${engine}, ${text}`),
    );
    const comparison = new Comparison(new Facts(draft.payload, overrides));
    for (const [user, observed] of theirs)
      comparison.user(`project ${number}, ${engine}, ${user}`, observed, ours.get(user)!);
    found.compared += comparison.compared;
    found.exposures += comparison.exposures;
    found.entries += comparison.entries;
    found.differences.push(...comparison.differences.map(textOf));
    for (const [name, count] of comparison.excused)
      found.excused.set(name, (found.excused.get(name) ?? 0) + count);
  }
}

export async function runNewer(campaign: Campaign): Promise<Outcome> {
  const found: Outcome = {
    compared: 0,
    exposures: 0,
    entries: 0,
    differences: [],
    excused: new Map(),
  };
  for (let number = campaign.from; number < campaign.from + campaign.projects; number++)
    await compareProject(number, campaign, found);
  return found;
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const only = given.number('project', -1);
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const found = await runNewer({
    seed: given.number('seed', 1),
    from: only < 0 ? given.number('from', 0) : only,
    projects: only < 0 ? given.number('projects', 20) : 1,
    users: given.number('users', 30),
    responses: !given.flag('no-responses'),
    engines,
  });
  for (const text of found.differences.slice(0, given.number('show', 10))) console.log(text);
  for (const [name, count] of found.excused) console.log(`known: ${name}: ${count}`);
  const { compared, exposures, entries, differences } = found;
  console.log(
    `${engines.join(', ')}: ${compared} evaluations, ${exposures} exposures, ${entries} entries of responses: ${differences.length} differences`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
}

if (require.main === module) void main();

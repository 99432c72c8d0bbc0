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
import { builtEngines } from './engines';
import { generateOverrides, idsOf } from './newer/local-overrides';
import { generateProject } from './newer/project';
import { Outcome } from './newer/outcome';
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

async function compareProject(number: number, campaign: Campaign, found: Outcome): Promise<void> {
  const random = new Random(campaign.seed * 100_003 + number);
  const draft = generateProject(random, { quirks: number % 5 === 4 });
  const users = Array.from({ length: campaign.users }, (_, index) =>
    generateUser(random, `${campaign.seed}-${number}-${index}`),
  );
  const ids = idsOf(users);
  const idLists = Object.fromEntries(
    draft.referable.idLists.map((name) => [
      name,
      [...new Set(ids)].filter(() => random.chance(0.4)),
    ]),
  );
  // Of every third project some is overridden.
  const overrides = number % 3 === 2 ? generateOverrides(random, draft, users) : [];
  const { responses, engines } = campaign;
  const tier = number % 4 === 1 ? 'staging' : undefined;
  const scene = { project: draft, idLists, users, responses, overrides, tier };
  await found.compare(`project ${number}`, scene, engines);
}

export async function runNewer(campaign: Campaign): Promise<Outcome> {
  const found = new Outcome();
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
  console.log(`${engines.join(', ')}: ${found.report(given.number('show', 10))}`);
  process.exitCode = found.differences.length === 0 ? 0 : 1;
}

if (require.main === module) void main();

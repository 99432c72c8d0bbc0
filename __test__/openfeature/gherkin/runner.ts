/** Runs feature files: a scenario is its steps, each of which is one of the definitions. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EngineKind } from '../../../src/engine/engine';
import { NOT_OURS, STEPS } from './steps';
import { World } from './world';

/** What is looked at of a step, as the parser gives it. */
interface PickleStep {
  readonly text: string;
  readonly argument?: {
    readonly dataTable?: {
      readonly rows: readonly { readonly cells: readonly { readonly value: string }[] }[];
    };
  };
}

/** A scenario, with the row of its examples filled in. */
export interface Scenario {
  /** Of the feature file, from the folder that holds its folder. */
  folder: string;
  feature: string;
  name: string;
  line: number;
  steps: readonly PickleStep[];
  /** Why it does not apply; null: it does. */
  notOurs: string | null;
}

/** The scenarios of every feature file in a folder. */
export async function scenariosIn(folder: string): Promise<Scenario[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.feature'));
  if (files.length === 0) throw new Error(`There are no feature files in ${folder}`);
  const scenarios = await Promise.all(files.sort().map((name) => read(join(folder, name))));
  return scenarios.flat();
}

async function read(path: string): Promise<Scenario[]> {
  // They are modules of the newer kind only.
  const gherkin = await import('@cucumber/gherkin');
  const { IdGenerator } = await import('@cucumber/messages');
  const newId = IdGenerator.incrementing();
  const parser = new gherkin.Parser(
    new gherkin.AstBuilder(newId),
    new gherkin.GherkinClassicTokenMatcher(),
  );
  const document = parser.parse(readFileSync(path, 'utf8'));
  return gherkin.compile(document, path, newId).map((pickle) => ({
    folder: basename(dirname(dirname(path))),
    feature: basename(path),
    name: pickle.name,
    line: pickle.location?.line ?? 0,
    steps: pickle.steps,
    notOurs: pickle.tags.map(({ name }) => NOT_OURS[name]).find((why) => why !== undefined) ?? null,
  }));
}

/** @throws what a step throws, or that there is no such step */
export async function run(scenario: Scenario, engine: EngineKind): Promise<void> {
  const world = new World(engine);
  try {
    for (const step of scenario.steps) await runStep(world, step);
  } finally {
    await world.end();
  }
}

async function runStep(world: World, { text, argument }: PickleStep): Promise<void> {
  for (const { pattern, body } of STEPS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const rows = argument?.dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value));
    try {
      await body(world, found.slice(1), rows ?? []);
      return;
    } catch (error) {
      throw new Error(`${text}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`No step is defined for: ${text}`);
}

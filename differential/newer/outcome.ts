/** What a campaign found: projects and users on statsig-node-core and on every engine. */
import type { EngineKind } from '../../src/engine/engine';
import type { JsonObject } from '../case';
import { canonical } from '../compare-answers';
import { Comparison, unlike } from './compare';
import type { Difference } from './difference';
import { Facts } from './facts';
import { addLines, observeUser, userKey } from './observe';
import type { Observed, Project } from './observe';
import { coreSide, ourSide } from './sides';
import type { LocalOverride, Side } from './sides';

/** A project, and who is asked about it. */
export interface Scene {
  project: Project;
  idLists: Record<string, string[]>;
  users: readonly JsonObject[];
  responses: boolean;
  overrides: readonly LocalOverride[];
  /** See `World`. */
  tier?: string | undefined;
}

async function observe(
  side: Side,
  { project, users, responses, overrides }: Scene,
): Promise<ReadonlyMap<string, Observed>> {
  try {
    for (const one of overrides) side.override(one);
    const observed = new Map<string, Observed>();
    for (const [index, user] of users.entries()) {
      observed.set(userKey(user), observeUser({ side, project, responses }, user, index));
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

/** See the head of this file. */
export class Outcome {
  compared = 0;
  exposures = 0;
  entries = 0;
  readonly differences: string[] = [];
  readonly excused = new Map<string, number>();

  async compare(where: string, scene: Scene, engines: readonly EngineKind[]): Promise<void> {
    const { project, idLists, overrides, tier } = scene;
    const world = { payload: project.payload, idLists, tier };
    const facts = new Facts(project.payload, overrides);
    const theirs = await observe(await coreSide(world), scene);
    let first: ReadonlyMap<string, Observed> | null = null;
    for (const engine of engines) {
      const ours = await observe(await ourSide(world, engine), scene);
      first ??= ours;
      // Each draws for itself.
      if (!facts.draws)
        this.differences.push(...unlike(first, ours).map((text) => `${where}, ${engine}, ${text}`));
      const comparison = new Comparison(facts);
      for (const [user, observed] of theirs)
        comparison.user(`${where}, ${engine}, ${user}`, observed, ours.get(user)!);
      this.add(comparison);
    }
  }

  /** What differs (the first few), what is known, and how much was compared. */
  report(show: number): string {
    for (const text of this.differences.slice(0, show)) console.log(text);
    for (const [name, count] of this.excused) console.log(`known: ${name}: ${count}`);
    const { compared, exposures, entries, differences } = this;
    return `${compared} evaluations, ${exposures} exposures, ${entries} entries of responses: ${differences.length} differences`;
  }

  private add({ compared, exposures, entries, differences, excused }: Comparison): void {
    this.compared += compared;
    this.exposures += exposures;
    this.entries += entries;
    this.differences.push(...differences.map(textOf));
    for (const [name, count] of excused)
      this.excused.set(name, (this.excused.get(name) ?? 0) + count);
  }
}

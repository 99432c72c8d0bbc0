/**
 * `npx tsx differential/newer-payloads.ts [FILE…] [--users 20] [--engines native,js]`
 *
 * Given dcs-v2 payloads, or recordings of them with users (`../shared/data/newer`), and without
 * any those of `newer/handmade.ts`: what `fuzz-newer.ts` compares. Where a payload samples exposures, all are logged on both sides: who is
 * sampled is not the same. Prints `0 differences` for each file or exits 1.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import type { JsonObject } from './case';
import { builtEngines } from './engines';
import { HANDMADE } from './newer/handmade';
import type { Project } from './newer/observe';
import { Outcome } from './newer/outcome';
import { generateUser } from './newer/users';
import { Random } from './random';

const keysOf = (map: unknown): string[] => Object.keys((map ?? {}) as object);

/** What there is to ask about: each name as what it is, and mapped ones as what stands in is. */
export function projectOf(payload: JsonObject): Project {
  const configs = (payload['dynamic_configs'] ?? {}) as Record<string, { entity: string }>;
  const isExperiment = (name: string): boolean => configs[name]!.entity === 'experiment';
  const of = {
    gate: keysOf(payload['feature_gates']),
    config: keysOf(configs).filter((name) => !isExperiment(name)),
    experiment: [...keysOf(configs).filter(isExperiment), ...keysOf(payload['cmab_configs'])],
    layer: keysOf(payload['layer_configs']),
  };
  const known = new Set(Object.values(of).flat());
  const overrides = (payload['overrides'] ?? {}) as Record<string, { new_config_name: string }[]>;
  const mapped = (names: string[]): string[] => {
    const isOfKind = ([name, to]: [string, { new_config_name: string }[]]): boolean =>
      !known.has(name) && to.some(({ new_config_name: target }) => names.includes(target));
    return [
      ...names,
      ...Object.entries(overrides)
        .filter(isOfKind)
        .map(([name]) => name),
    ];
  };
  return {
    payload,
    names: {
      gate: mapped(of.gate),
      config: mapped(of.config),
      experiment: mapped(of.experiment),
      layer: mapped(of.layer),
      store: keysOf(payload['param_stores']),
    },
  };
}

function withoutSampling(payload: JsonObject): JsonObject {
  const configs = payload['sdk_configs'] as JsonObject | null | undefined;
  return configs?.['sampling_mode'] === 'on'
    ? { ...payload, sdk_configs: { ...configs, sampling_mode: 'shadow' } }
    : payload;
}

/** Users of the recording, and others that conditions of generated projects know. */
function usersOf(recorded: unknown, count: number): JsonObject[] {
  const random = new Random(1);
  const own = Array.isArray(recorded) ? (recorded as JsonObject[]) : [];
  return [...own, ...Array.from({ length: count }, (_, n) => generateUser(random, `more-${n}`))];
}

export async function runPayload(
  given: JsonObject,
  { users, engines }: { users: number; engines: readonly EngineKind[] },
): Promise<Outcome> {
  const payload = withoutSampling((given['payload'] ?? given) as JsonObject);
  const idLists = Object.fromEntries(keysOf(payload['id_lists']).map((name) => [name, []]));
  const found = new Outcome();
  const scene = {
    project: projectOf(payload),
    idLists,
    users: usersOf(given['users'], users),
    responses: true,
    overrides: [],
  };
  await found.compare('payload', scene, engines);
  return found;
}

function contentOf(file: string): JsonObject {
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const first = words.findIndex((word) => word.startsWith('--'));
  const files = first < 0 ? words : words.slice(0, first);
  const given = argumentsOf(first < 0 ? [] : words.slice(first));
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const named: [string, JsonObject][] =
    files.length > 0
      ? files.map((file) => [basename(file), contentOf(file)])
      : Object.entries(HANDMADE).map(([name, make]) => [name, make()]);
  process.exitCode = 0;
  for (const [name, content] of named) {
    const found = await runPayload(content, { users: given.number('users', 20), engines });
    console.log(`${name}, ${engines.join(', ')}: ${found.report(given.number('show', 10))}`);
    if (found.differences.length > 0) process.exitCode = 1;
  }
}

if (require.main === module) void main();

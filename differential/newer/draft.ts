/** A project under construction, and what all of its parts are made of. */
import type { Json, JsonObject } from '../case';
import type { Random } from '../random';
import type { ConditionTable, Referable } from './conditions';
import { ID_TYPES } from './users';

/** A project under construction. */
export interface Draft {
  random: Random;
  quirks: boolean;
  conditions: ConditionTable;
  payload: JsonObject;
  referable: Referable;
  /** Names by kind, in the order in which they were made. */
  names: Record<'gate' | 'config' | 'experiment' | 'layer' | 'store', string[]>;
  /** Names that others stand in for; referred to with `quirks` only. */
  mapped: Set<string>;
  /** Experiments that layers may hand over to. */
  delegates: string[];
  count: number;
}

const VALUES: Json[] = [
  0,
  7,
  2.5,
  -1e-7,
  9007199254740993,
  'text',
  '',
  'zwei \u{1f600}',
  true,
  false,
  [1, 2],
  { x: 1, y: [{ z: null }] },
];

export function parameters(random: Random, tag: string): JsonObject {
  const value: JsonObject = { tag };
  for (const name of ['a', 'b', 'c', 'd', '12'])
    if (random.chance(0.5)) value[name] = random.pick(VALUES);
  return value;
}

export function generateRule(draft: Draft, returnValue: Json, conditions?: string[]): JsonObject {
  const { random, referable } = draft;
  const id = `r${draft.count++}`;
  const rule: JsonObject = {
    name: id,
    id,
    passPercentage: random.pick([100, 100, 100, 100, 50, 25, 10.5, 99.99, 0.01, 0]),
    conditions:
      conditions ??
      Array.from({ length: random.pick([1, 1, 1, 2, 2, 3, 0]) }, () =>
        draft.conditions.any(referable),
      ),
    returnValue,
    idType: random.pick(ID_TYPES),
  };
  if (random.chance(0.8)) rule['salt'] = random.chance(0.95) ? `salt-${id}` : '';
  if (random.chance(0.1)) rule['samplingRate'] = random.between(1, 9);
  return rule;
}

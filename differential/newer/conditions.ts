/** Conditions of generated dcs-v2 projects, in their table. */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../case';
import type { Random } from '../random';
import * as values from './users';

/** What conditions may refer to: specs that are there already, so that nothing is a circle. */
export interface Referable {
  gates: string[];
  experiments: string[];
  idLists: string[];
}

type Maker = (random: Random, referable: Referable) => JsonObject;

const texts = (random: Random, pool: readonly string[]): string[] =>
  Array.from({ length: random.between(1, 3) }, () => random.pick(pool));
const anyOf = (random: Random): string =>
  random.pick(['any', 'none', 'any', 'none', 'any_case_sensitive', 'none_case_sensitive']);

/** Text fields and what they may hold. */
const TEXT_FIELDS: [string, readonly string[]][] = [
  ['country', values.COUNTRIES],
  ['Country', values.COUNTRIES],
  ['locale', values.LOCALES],
  ['plan', values.PLANS],
  ['Plan', values.PLANS],
  ['secret', values.PLANS],
  ['absent', values.PLANS],
];

function textField(random: Random): JsonObject {
  const [field, pool] = random.pick(TEXT_FIELDS);
  const spelled = texts(random, pool).map((text) =>
    random.chance(0.2) ? text.toUpperCase() : text,
  );
  // Of targets that differ in case alone, statsig-node-core keeps one.
  const targetValue = [...new Map(spelled.map((text) => [text.toLowerCase(), text])).values()];
  return { type: 'user_field', field, operator: anyOf(random), targetValue };
}

function textParts(random: Random): JsonObject {
  const operator = random.pick([
    'str_starts_with_any',
    'str_ends_with_any',
    'str_contains_any',
    'str_contains_none',
  ]);
  const targetValue = texts(random, ['user1', 'user2', 'USER', '@', ...values.EMAILS, '7@']);
  return { type: 'user_field', field: 'email', operator, targetValue };
}

function number(random: Random): JsonObject {
  const operator = random.pick(['gt', 'gte', 'lt', 'lte']);
  const [field, targetValue] = random.pick([
    ['age', random.between(15, 55)],
    ['score', random.between(0, 40) / 4],
  ] as [string, number][]);
  return { type: 'user_field', field, operator, targetValue };
}

function version(random: Random): JsonObject {
  const operator = random.pick([
    'version_gt',
    'version_gte',
    'version_lt',
    'version_lte',
    'version_eq',
    'version_neq',
  ]);
  const field = random.pick(['appVersion', 'appVersion', 'appBuild', 'appversion', 'app_version']);
  return { type: 'user_field', field, operator, targetValue: random.pick(values.VERSIONS) };
}

function list(random: Random): JsonObject {
  const operator = random.pick([
    'array_contains_any',
    'array_contains_none',
    'array_contains_all',
    'not_array_contains_all',
  ]);
  return { type: 'user_field', field: 'tags', operator, targetValue: texts(random, values.TAGS) };
}

function equal(random: Random): JsonObject {
  const [field, targetValue] = random.pick<[string, Json]>([
    ['plan', random.pick(values.PLANS)],
    ['beta', random.chance(0.5)],
    ['age', random.between(10, 60)],
  ]);
  return { type: 'user_field', field, operator: random.pick(['eq', 'neq']), targetValue };
}

function moment(random: Random): JsonObject {
  const targetValue = random.pick(values.MOMENTS);
  return random.chance(0.5)
    ? {
        type: 'user_field',
        field: 'joined',
        operator: random.pick(['before', 'after']),
        targetValue,
      }
    : {
        type: 'current_time',
        operator: random.pick(['before', 'after']),
        targetValue: random.pick([targetValue, 4_000_000_000_000]),
      };
}

function bucket(random: Random): JsonObject {
  const additionalValues: JsonObject = random.chance(0.9) ? { salt: random.word() } : {};
  if (random.chance(0.4))
    return {
      type: 'user_bucket',
      operator: random.pick(['lt', 'lte', 'gt', 'gte']),
      targetValue: random.between(100, 900),
      additionalValues,
    };
  const numbers = Array.from({ length: random.between(50, 600) }, () => random.below(1000));
  return {
    type: 'user_bucket',
    operator: random.pick(['any', 'none']),
    targetValue: Object.fromEntries(numbers.map((one) => [String(one), true])),
    additionalValues,
  };
}

/** What is derived, or not of the user at all. */
function derived(random: Random): JsonObject {
  const operator = random.pick(['any', 'none']);
  return random.pick<JsonObject>([
    { type: 'ip_based', field: 'country', operator, targetValue: texts(random, values.COUNTRIES) },
    { type: 'ua_based', field: 'browser_name', operator, targetValue: ['Chrome'] },
    { type: 'ua_based', field: 'os_name', operator, targetValue: ['iOS', 'Android'] },
    {
      type: 'ua_based',
      field: 'browser_version',
      operator: 'version_gte',
      targetValue: random.pick(['17', '18.1', '120.0']),
    },
    {
      type: 'environment_field',
      field: random.pick(['tier', 'tier', 'tier', 'Tier']),
      operator,
      targetValue: texts(random, values.TIERS),
    },
    { type: 'target_app', operator, targetValue: random.pick([['app-1'], ['app-2']]) },
  ]);
}

function matching(random: Random): JsonObject {
  const targetValue = random.pick(['^user[0-4]', 'statsig|mail', '\\d\\d@', '(a|e)x', '^$', 'ü.ï']);
  return { type: 'user_field', field: 'email', operator: 'str_matches', targetValue };
}

function unit(random: Random, { idLists }: Referable): JsonObject {
  const idType = random.pick(values.ID_TYPES);
  if (idLists.length > 0 && random.chance(0.7))
    return {
      type: 'unit_id',
      idType,
      operator: random.pick(['in_segment_list', 'not_in_segment_list']),
      targetValue: random.chance(0.9) ? random.pick(idLists) : 'no such list',
    };
  const targetValue = Array.from({ length: 20 }, () => `c-${random.below(40)}`);
  return {
    type: 'unit_id',
    idType: 'companyID',
    operator: random.pick(['any', 'none']),
    targetValue,
  };
}

function gate(random: Random, { gates }: Referable): JsonObject {
  return {
    type: random.pick(['pass_gate', 'pass_gate', 'fail_gate']),
    targetValue: random.pick(gates),
  };
}

function group(random: Random, { experiments }: Referable): JsonObject {
  return {
    type: 'experiment_group',
    field: random.chance(0.9) ? random.pick(experiments) : 'no such experiment',
    operator: random.pick(['any', 'none', 'any', 'none', 'any_case_sensitive']),
    targetValue: random.pick([['Control'], ['TEST', 'Arm 0'], ['Test', 'Arm 1'], ['Arm 0']]),
  };
}

const everybody: Maker = () => ({ type: 'public' });
/** Each as often as it is named. */
const PLAIN: Maker[] = [
  everybody,
  everybody,
  everybody,
  textField,
  textField,
  textParts,
  number,
  version,
  list,
  equal,
  moment,
  bucket,
  derived,
  matching,
  unit,
];
/** What nobody knows: the spec that uses it is Unsupported. */
const STRANGE: JsonObject[] = [
  { type: 'no_such_type', operator: 'any', targetValue: ['a'] },
  { type: 'user_field', field: 'email', operator: 'no_such_operator', targetValue: ['a'] },
  { type: 'user_field', field: 'email', targetValue: ['a'] },
];

export class ConditionTable {
  readonly byId: JsonObject = {};

  constructor(
    private readonly random: Random,
    /** How many conditions are `STRANGE`. */
    private readonly strangeness: number,
  ) {}

  /** Of a condition that is new, or was there. */
  id(condition: JsonObject): string {
    const { idType = 'userID', additionalValues = {}, ...rest } = condition;
    const whole = {
      field: null,
      operator: null,
      targetValue: null,
      ...rest,
      additionalValues,
      idType,
    };
    const digest = createHash('sha256').update(JSON.stringify(whole)).digest();
    const id = String(digest.readUInt32BE(0));
    this.byId[id] = whole;
    return id;
  }

  /** Without references to others. */
  plain(referable: Referable): string {
    const { random } = this;
    return this.id({
      idType: random.pick(values.ID_TYPES),
      ...random.pick(PLAIN)(random, referable),
    });
  }

  any(referable: Referable): string {
    const { random } = this;
    if (random.chance(this.strangeness))
      return random.chance(0.2) ? 'no such condition' : this.id(random.pick(STRANGE));
    if (referable.gates.length > 0 && random.chance(0.3)) return this.id(gate(random, referable));
    if (referable.experiments.length > 0 && random.chance(0.1))
      return this.id(group(random, referable));
    return this.plain(referable);
  }
}

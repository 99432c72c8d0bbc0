/**
 * The dcs-v2 payload that says in its dialect what a dcs-v1 payload says in its own (SERVER_CORE.md
 * 1.1, NEWER.md 1): maps, a condition table, experiment → layer; what rules return, defaults and
 * disabled specs in the other words.
 */
import { djb2 } from '../src/runtime/djb2';
import { createHash } from 'node:crypto';
import type { SecondaryExposure } from '../src/engine/engine';
import type { Answer, Case, CaseAnswers, Json, JsonObject, UserAnswers } from './case';

const onlyV1 = ['layers', 'hashed_sdk_keys_to_entities', 'hashed_sdk_key_used', 'prompt_configs'];

const OWN_FIELD = /"field":"(user_?id|app_?version|user_?agent)"/gi;
const OWN_FIELDS = new Set(['userID', 'appVersion', 'userAgent']);

/** Whether it asks for users' own fields by other spellings, which dcs-v2 finds (NEWER.md 14). */
function spellsOtherwise(payload: JsonObject): boolean {
  const asked = JSON.stringify(payload).matchAll(OWN_FIELD);
  return [...asked].some(([, name]) => !OWN_FIELDS.has(name!));
}

/** dcs-v1 reads a salt that is not there as text, dcs-v2 as an empty one. */
function convertSalt(condition: JsonObject): JsonObject {
  if (String(condition['type']).toLowerCase() !== 'user_bucket') return condition;
  const values = condition['additionalValues'];
  const isObject = values !== null && typeof values === 'object' && !Array.isArray(values);
  const salt = isObject ? values['salt'] : undefined;
  if (salt !== undefined && salt !== null) return condition;
  return { ...condition, additionalValues: { ...(isObject ? values : {}), salt: String(salt) } };
}

/** An object is a list to `any` and `none`, and no list in dcs-v1. */
function convertTarget(condition: JsonObject): JsonObject {
  const { type, operator, targetValue } = condition;
  // Types that name gates compare nothing.
  if ((operator !== 'any' && operator !== 'none') || String(type).toLowerCase().endsWith('_gate'))
    return condition;
  if (targetValue !== null && typeof targetValue === 'object' && !Array.isArray(targetValue))
    return { ...condition, targetValue: [] };
  const isBuckets = type === 'user_bucket' && Array.isArray(targetValue);
  // Only whole numbers can be keys of such a map; the service writes no others.
  if (!isBuckets || !targetValue.every((item) => Number.isInteger(item) && (item as number) >= 0))
    return condition;
  return {
    ...condition,
    targetValue: Object.fromEntries(targetValue.map((item) => [String(item), true])),
  };
}

function conditionId(condition: JsonObject): string {
  return String(createHash('sha256').update(JSON.stringify(condition)).digest().readUInt32BE(0));
}

/** Nobody passes it, and it names no gate. */
const NEVER: JsonObject = {
  type: 'user_field',
  field: 'email',
  operator: 'gt',
  targetValue: null,
  additionalValues: {},
  idType: 'userID',
};

const NOBODY: JsonObject = {
  name: '',
  id: '',
  salt: '',
  passPercentage: 0,
  conditions: [],
  returnValue: {},
  idType: 'userID',
};

function convertRule(
  rule: JsonObject,
  isGate: boolean,
  isEnabled: boolean,
  table: JsonObject,
): JsonObject {
  const conditions = isEnabled ? ((rule['conditions'] as JsonObject[] | null) ?? []) : [NEVER];
  const ids = conditions.map((condition) => {
    const converted = convertTarget(convertSalt(condition));
    const id = conditionId(converted);
    table[id] = converted;
    return id;
  });
  return {
    ...rule,
    conditions: ids,
    // In dcs-v1 a gate is on for whoever passes, whatever the rule returns.
    ...(isGate ? { returnValue: true } : {}),
    // There a disabled spec has no sampling rate.
    ...(isEnabled ? {} : { samplingRate: null }),
  };
}

function convertSpecs(specs: JsonObject[], isGate: boolean, table: JsonObject): JsonObject {
  const map: JsonObject = {};
  for (const { name, ...spec } of specs) {
    const isEnabled = Boolean(spec['enabled']);
    const own = spec['rules'] as JsonObject[];
    // In dcs-v1 being disabled takes the sampling rate away; in dcs-v2 it takes a rule to do so.
    const rules = (own.length > 0 || isEnabled ? own : [NOBODY]).map((rule) =>
      convertRule(rule, isGate, isEnabled, table),
    );
    map[name as string] = {
      ...spec,
      rules,
      ...(isGate ? { defaultValue: false } : {}),
      // Responses about dcs-v1 never say that an autotune is in a layer.
      ...(spec['entity'] === 'autotune' ? { hasSharedParams: false } : {}),
    };
  }
  return map;
}

function experimentToLayer(layers: JsonObject): JsonObject {
  const map: JsonObject = {};
  for (const [layer, experiments] of Object.entries(layers)) {
    for (const experiment of experiments as string[]) map[experiment] = layer;
  }
  return map;
}

/**
 * Whether dcs-v2 has words for it: not for the entities of client keys, nor for a disabled spec
 * without its explicit parameters.
 */
function isSayable(payload: JsonObject): boolean {
  const specs = [
    ...(payload['dynamic_configs'] as JsonObject[]),
    ...(payload['layer_configs'] as JsonObject[]),
  ];
  if (spellsOtherwise(payload)) return false;
  const isSilenced = (spec: JsonObject): boolean =>
    !spec['enabled'] && Array.isArray(spec['explicitParameters']);
  return !('hashed_sdk_keys_to_entities' in payload) && !specs.some(isSilenced);
}

/** In dcs-v1 the second map is asked after the first, in dcs-v2 the first that is there is all. */
function appsOfKeys(payload: JsonObject): JsonObject {
  const hashed = payload['hashed_sdk_keys_to_app_ids'] ?? {};
  const plain = payload['sdk_keys_to_app_ids'] ?? {};
  if (!isMap(hashed) || !isMap(plain)) return {};
  const others = Object.entries(plain).map(([key, app]) => [djb2(key), app]);
  return { hashed_sdk_keys_to_app_ids: { ...Object.fromEntries(others), ...hashed } };
}

function isMap(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Converts; null where dcs-v2 cannot say the same. */
export function toV2(payload: JsonObject): JsonObject | null {
  if (!isSayable(payload)) return null;
  const table: JsonObject = {};
  const kept = Object.entries(payload).filter(([key]) => !onlyV1.includes(key));
  const specs = (key: string): Json =>
    convertSpecs(payload[key] as JsonObject[], key === 'feature_gates', table);
  return {
    ...Object.fromEntries(kept),
    ...appsOfKeys(payload),
    feature_gates: specs('feature_gates'),
    dynamic_configs: specs('dynamic_configs'),
    layer_configs: specs('layer_configs'),
    experiment_to_layer: experimentToLayer((payload['layers'] as JsonObject | undefined) ?? {}),
    condition_map: table,
    response_format: 'dcs-v2',
  };
}

const hasRule = ({ ruleID }: SecondaryExposure): boolean => ruleID !== '';

function answerInV2(answer: Answer): Answer {
  if ('failed' in answer) return answer;
  const { secondaryExposures, undelegatedSecondaryExposures } = answer;
  return {
    ...answer,
    secondaryExposures: secondaryExposures.filter(hasRule),
    undelegatedSecondaryExposures: undelegatedSecondaryExposures.filter(hasRule),
  };
}

function userInV2(user: UserAnswers): UserAnswers {
  const all = (kind: Record<string, Answer>): Record<string, Answer> =>
    Object.fromEntries(Object.entries(kind).map(([name, answer]) => [name, answerInV2(answer)]));
  return { ...user, gates: all(user.gates), configs: all(user.configs), layers: all(user.layers) };
}

/** An exposure without rule, in the text of a response. */
const WITHOUT_RULE = /\{"gate":"(?:[^"\\]|\\.)*","gateValue":"(?:true|false)","ruleID":""\}/;
const ALL = `(?<=\\[)${WITHOUT_RULE.source}(?:,${WITHOUT_RULE.source})*(?=\\])`;
const WITHOUT_RULES = new RegExp(
  `${ALL}|(?<=\\[)(?:${WITHOUT_RULE.source},)+|,${WITHOUT_RULE.source}`,
  'g',
);

/** An overridden experiment: dcs-v1 evaluates it again for this, in dcs-v2 nobody is in it. */
const OVERRIDDEN = /("rule_id":"override"(?:(?!"rule_id").)*?"is_user_in_experiment":)true/g;

/** Responses about dcs-v2 have parameter stores, also when there are none. */
function withStores(response: string): string {
  return response.replace(
    /(?<!"param_stores":\{\}),"sdkParams":/,
    ',"param_stores":{},"sdkParams":',
  );
}

/**
 * Answers to a dcs-v1 payload as its dcs-v2 form gives them: there a gate that no rule answered is
 * no secondary exposure, and what is overridden is in no experiment.
 */
export function inV2(answers: CaseAnswers): CaseAnswers {
  return {
    ...answers,
    users: answers.users.map(userInV2),
    events: answers.events.map((event) => ({
      ...event,
      secondaryExposures: event.secondaryExposures?.filter(hasRule),
    })),
    clientInitialize: answers.clientInitialize.map((text) =>
      typeof text === 'string'
        ? withStores(text.replace(WITHOUT_RULES, '').replace(OVERRIDDEN, '$1false'))
        : text,
    ),
  };
}

/** The same users in a form that both dialects read alike (NEWER.md 14). */
export function asBothRead(one: Case): Case {
  return { ...one, users: one.users.map(asBothReadUser) };
}

/**
 * Custom IDs and environments in lower case, under which both find them; without nulls, which hide
 * what stands in later places in dcs-v2, without empty texts of the user's own, which do not, and
 * without a second spelling of a field beside the user's own, which comes first there.
 */
function asBothReadUser(user: unknown): unknown {
  const copy = Object.create(
    Object.getPrototypeOf(user) as object,
    Object.getOwnPropertyDescriptors(user as object),
  ) as Record<string, unknown>;
  for (const section of ['customIDs', 'statsigEnvironment'])
    changeSection(copy, section, ([key, value]) => [key.toLowerCase(), value]);
  for (const section of ['custom', 'privateAttributes'])
    changeSection(copy, section, (entry) => (entry[1] === null ? null : entry));
  for (const key of Object.keys(copy))
    if (copy[key] === '' || isRespelled(key, copy)) delete copy[key];
  return copy;
}

function isRespelled(key: string, user: object): boolean {
  return Object.keys(user).some(
    (other) => other !== key && other === other.toLowerCase() && other === key.toLowerCase(),
  );
}

type Entry = [key: string, value: unknown];

function changeSection(
  user: Record<string, unknown>,
  section: string,
  change: (entry: Entry) => Entry | null,
): void {
  const fields = user[section];
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return;
  user[section] = Object.fromEntries(
    Object.entries(fields).flatMap((entry) => {
      const changed = change(entry as Entry);
      return changed === null ? [] : [changed];
    }),
  );
}

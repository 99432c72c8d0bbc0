/**
 * Specs and conditions in protobuf's form as JSON has them. What a number does not stand for
 * (an enum of later times) is an error, which costs that spec or condition alone.
 */
import { textOf } from '../../host/host';
import { Message } from './wire';

type Json = unknown;
type JsonObject = Record<string, Json>;

const ENTITIES = [
  '',
  'feature_gate',
  'dynamic_config',
  'autotune',
  'experiment',
  'layer',
  'segment',
  'holdout',
];
const CONDITIONS = [
  '',
  'public',
  'fail_gate',
  'pass_gate',
  'ua_based',
  'ip_based',
  'user_field',
  'environment_field',
  'current_time',
  'user_bucket',
  'target_app',
  'unit_id',
];
const OPERATORS = [
  '',
  'gt',
  'gte',
  'lt',
  'lte',
  'version_gt',
  'version_gte',
  'version_lt',
  'version_lte',
  'version_eq',
  'version_neq',
  'any',
  'none',
  'str_starts_with_any',
  'str_ends_with_any',
  'str_contains_any',
  'str_contains_none',
  'any_case_sensitive',
  'none_case_sensitive',
  'str_matches',
  'before',
  'after',
  'on',
  'eq',
  'neq',
  'in_segment_list',
  'not_in_segment_list',
  'array_contains_any',
  'array_contains_none',
  'array_contains_all',
  'not_array_contains_all',
  'encoded_any',
];
const ID_TYPES = ['', 'userID', 'stableID'];

/** @throws Error for what is no spec */
export function specOf(data: Uint8Array, type: 'feature_gate' | 'dynamic_config'): JsonObject {
  const spec = new Message(data);
  const isGate = type === 'feature_gate';
  return {
    type,
    salt: spec.text(1),
    enabled: spec.bool(2),
    defaultValue: returned(spec.message(3), isGate),
    entity: named(ENTITIES, spec.int(4)),
    idType: idTypeOf(spec.message(5)),
    rules: spec.all(7).map((rule) => ruleOf(new Message(rule), isGate)),
    ...optional(spec, {
      version: [6, () => spec.int(6)],
      isActive: [8, () => spec.bool(8)],
      explicitParameters: [9, () => spec.texts(9)],
      hasSharedParams: [10, () => spec.bool(10)],
      targetAppIDs: [11, () => spec.texts(11)],
      useNewLayerEval: [12, () => spec.bool(12)],
      forwardAllExposures: [13, () => spec.bool(13)],
      fieldsUsed: [14, () => spec.texts(14)],
    }),
  };
}

/** @throws Error for what is no condition */
export function conditionOf(data: Uint8Array): JsonObject {
  const condition = new Message(data);
  return {
    type: named(CONDITIONS, condition.int(1)),
    idType: idTypeOf(condition.message(2)),
    ...optional(condition, {
      targetValue: [3, () => anyOf(condition.message(3))],
      operator: [4, () => named(OPERATORS, condition.int(4))],
      field: [5, () => condition.text(5)],
      additionalValues: [6, () => jsonOf(condition.bytes(6))],
    }),
  };
}

/** @throws SyntaxError */
export function jsonOf(bytes: Uint8Array): Json {
  return bytes.length === 0 ? {} : JSON.parse(textOf(bytes));
}

function ruleOf(rule: Message, isGate: boolean): JsonObject {
  return {
    name: rule.text(1),
    passPercentage: rule.has(13) ? rule.double(13) : rule.int(2),
    id: rule.text(3),
    conditions: rule.texts(5),
    idType: idTypeOf(rule.message(6)),
    returnValue: returned(rule.message(7), isGate),
    ...optional(rule, {
      salt: [4, () => rule.text(4)],
      groupName: [8, () => rule.text(8)],
      configDelegate: [9, () => rule.text(9)],
      isExperimentGroup: [10, () => rule.bool(10)],
      isControlGroup: [11, () => rule.bool(11)],
      samplingRate: [12, () => rule.float(12)],
    }),
  };
}

function optional(message: Message, fields: Record<string, [number, () => Json]>): JsonObject {
  const given = Object.entries(fields).filter(([, [number]]) => message.has(number));
  return Object.fromEntries(given.map(([name, [, read]]) => [name, read()]));
}

/** Proto's own default where neither form is there. */
function returned(value: Message, isGate: boolean): Json {
  if (value.has(2)) return jsonOf(value.bytes(2));
  if (value.has(1)) return value.bool(1);
  return isGate ? false : {};
}

function anyOf(value: Message): Json {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.bool(2);
  if (value.has(3)) return Number(BigInt.asIntN(64, value.bits(3)));
  if (value.has(4)) return value.int(4);
  if (value.has(5)) return value.double(5);
  return value.has(6) ? jsonOf(value.bytes(6)) : null;
}

function idTypeOf(idType: Message): string {
  return idType.has(2) ? idType.text(2) : named(ID_TYPES, idType.int(1));
}

function named(names: readonly string[], number: number): string {
  const name = names[number];
  if (name === undefined) throw new Error(`There is no name for the number ${number}`);
  return name;
}

/**
 * What statsig-node is asked in the place of an odd payload: fields of other types as this package
 * reads them ("Fields of other types" on the differences page). What differs then is no matter of
 * spelling.
 */
import { isRawNumber, rawNumber } from './case';
import type { Json, JsonObject } from './case';

const LISTS = ['feature_gates', 'dynamic_configs', 'layer_configs'];

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isNone = (value: unknown): value is null | undefined => value === null || value === undefined;

/** A text of the payload, which may be marked as a number (`rawNumber`). */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && !isRawNumber(value);

/** As `String` of what JSON gives; members of an object are not its methods. */
export function textOf(value: Json | undefined): string {
  if (isRawNumber(value)) return String(Number(value.slice(rawNumber('').length)));
  if (Array.isArray(value)) return value.map((item) => (isNone(item) ? '' : textOf(item))).join();
  return isObject(value) ? '[object Object]' : String(value);
}

/** "A `default_environment` that is a list, an object or an infinite number is none." */
export function isTier(value: Json | undefined): value is Json {
  if (isNone(value) || typeof value === 'object') return false;
  return !isRawNumber(value) || Number.isFinite(Number(textOf(value)));
}

/** A copy. */
export function asRead(payload: JsonObject): JsonObject {
  const copy = JSON.parse(JSON.stringify(payload)) as JsonObject;
  for (const key of LISTS)
    if (Array.isArray(copy[key]))
      copy[key] = copy[key]
        .filter((spec) => isObject(spec) && isText(spec['name']))
        .map(specAsRead);
  if (!isTier(copy['default_environment'])) delete copy['default_environment'];
  const time = Number(isNone(copy['time']) ? NaN : textOf(copy['time']));
  if (Number.isFinite(time)) copy['time'] = copy['time'] === true ? 1 : time;
  return copy;
}

/** Whether no payload in JSON says the time that was read. */
export function hasUnspeakableTime({ time }: JsonObject): boolean {
  return !isNone(time) && typeof time !== 'number' && !Number.isFinite(Number(textOf(time)));
}

function specAsRead(spec: Json): Json {
  const read = spec as JsonObject;
  if (!Array.isArray(read['explicitParameters'])) delete read['explicitParameters'];
  if (Array.isArray(read['rules']))
    for (const rule of read['rules']) if (isObject(rule)) readRule(rule);
  return read;
}

function readRule(rule: JsonObject): void {
  const { id, salt, groupName, configDelegate, isExperimentGroup } = rule;
  // Where there is no salt the ID takes its place, whatever it is.
  if (isNone(salt)) rule['salt'] = textOf(id);
  rule['id'] = isNone(id) ? '' : textOf(id);
  if (configDelegate) rule['configDelegate'] = textOf(configDelegate);
  if (!isNone(groupName)) rule['groupName'] = textOf(groupName);
  if (isExperimentGroup !== undefined)
    rule['isExperimentGroup'] = isRawNumber(isExperimentGroup)
      ? textOf(isExperimentGroup) !== '0'
      : Boolean(isExperimentGroup);
}

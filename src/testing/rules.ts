/** Rules of a payload, as Statsig's console writes them (docs/spec/BEHAVIOUR.md 3.1). */

/** A JSON object. */
export type Json = Record<string, unknown>;

/** One unit and what it gets. */
export interface ForUnit<Value> {
  idType: string;
  id: string;
  value: Value;
}

/** Users are in one of so many buckets. */
export const BUCKETS = 1_000;

/** A rule that lets pass whom its conditions take. */
export function rule(id: string, conditions: Json[], more: Json = {}): Json {
  return {
    name: id,
    id,
    salt: id,
    passPercentage: 100,
    conditions,
    returnValue: {},
    idType: 'userID',
    ...more,
  };
}

/** Everybody. */
export function anyone(): Json {
  return condition('public', null, null);
}

/** One unit, by one of its IDs. */
export function isUnit({ idType, id }: ForUnit<unknown>): Json {
  return { ...condition('unit_id', 'any_case_sensitive', [id]), idType };
}

/** Units in the buckets from 0 up to a bound; who is where depends on the salt and the ID alone. */
export function isBelow(bound: number, salt: string, idType: string): Json {
  return { ...condition('user_bucket', 'lt', bound), additionalValues: { salt }, idType };
}

/** The others. */
export function isFrom(bound: number, salt: string, idType: string): Json {
  return { ...isBelow(bound, salt, idType), operator: 'gte' };
}

function condition(type: string, operator: string | null, targetValue: unknown): Json {
  return { type, operator, targetValue, field: null, additionalValues: {}, idType: 'userID' };
}

import type { JsonObject } from '../../differential/case';

/** A condition of a payload; `more` says what matters of it. */
export const condition = (type: string, more: JsonObject = {}): JsonObject => ({
  type,
  targetValue: null,
  operator: null,
  field: null,
  additionalValues: {},
  idType: 'userID',
  ...more,
});

/** Rules and specs of a dcs-v2 payload; `more` says what matters of them. */
import type { JsonObject } from '../../differential/case';

/** Passes whoever meets the conditions of these ids, and says its own. */
export const rule = (id: string, conditions: string[], more: JsonObject = {}): JsonObject => ({
  name: id,
  id,
  salt: id,
  passPercentage: 100,
  conditions,
  returnValue: { from: id },
  idType: 'userID',
  ...more,
});

/** An experiment, if nothing else is said. */
export const spec = (rules: JsonObject[], more: JsonObject = {}): JsonObject => ({
  type: 'dynamic_config',
  entity: 'experiment',
  salt: 'salt',
  enabled: true,
  defaultValue: { from: 'default' },
  rules,
  idType: 'userID',
  version: 1,
  ...more,
});

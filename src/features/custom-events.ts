/**
 * Events that applications log, and the one that a type mismatch logs (BEHAVIOUR.md 7.2, 7.3, 7.5).
 */
import { StatsigUninitializedError } from '../types/errors';
import { numberJson } from '../engine-host/custom-event';
import type { EngineHost } from '../engine-host/engine-host';
import type { Clock } from '../host/clock';
import type { ExceptionReporter } from '../observability/exception-report';
import type { SafeLogger } from '../observability/logger';
import { keysOf, read } from '../users/user-reader';
import type { DynamicConfig } from '../results/results';
import type { LogEventObject } from '../types/log-event-object';
import type { StatsigUser } from '../types/user';
import { isIdentifiable } from '../users/user-table';

/** The parts of one life that events need. */
export interface EventParts {
  readonly engineHost: EngineHost;
  readonly logger: SafeLogger;
  readonly clock: Clock;
  readonly exceptions: ExceptionReporter;
  readonly applier: { readonly environment: object | null };
}

const LONGEST_TEXT = 128;
const LARGEST_OBJECT = 4096;
/**
 * Shorter JSON stands for a smaller object than `LARGEST_OBJECT`: indexes of arrays count as up to
 * four characters.
 */
const SHORT_JSON = LARGEST_OBJECT / 4;
/** Nesting at which the size of an object is no longer measured; it counts as too large. */
const DEEPEST = 64;

/** What stands for a user that is null. */
const NOBODY = { customIDs: {} };

/**
 * Queues a custom event.
 * @throws StatsigUninitializedError when not ready; TypeError when value or metadata are no JSON
 * (BigInt, cycles)
 */
export function logCustomEvent(parts: EventParts, isReady: boolean, event: LogEventObject): void {
  const { eventName, user, value, metadata, time } = event;
  if (!isReady) {
    throw new StatsigUninitializedError();
  }
  if (typeof eventName !== 'string' || eventName.length === 0) {
    parts.logger.error('statsigSDK> EventName needs to be a string of non-zero length.');
    return;
  }
  if (!isIdentifiable(user)) {
    parts.logger.once(
      'no-user-id',
      'warn',
      'statsigSDK::logEvent> The user has no valid userID or customID. The event is logged ' +
        'without an identifiable user. This is said once.',
    );
  }
  const valueJson = jsonOfValue(value);
  const metadataJson = jsonOfMetadata(parts, metadata);
  const userLength = parts.engineHost.logEvent(loggableUser(user, parts.applier.environment), {
    eventName,
    valueJson,
    metadataJson,
    time: typeof time === 'number' ? time : parts.clock.now(),
  });
  try {
    warnAboutSizes(parts, event, { user: userLength, metadata: metadataJson.length });
  } catch {
    // A conversion of the caller's throws: the event is logged, whatever its size.
  }
}

/**
 * Queues `statsig::default_value_type_mismatch`, at most once per user, parameter and window. Never
 * throws.
 */
export function logTypeMismatch(
  parts: EventParts,
  user: StatsigUser,
  mismatch: {
    config: DynamicConfig;
    parameter: string;
    defaultValueType: string;
    valueType: string;
  },
): void {
  const { config, parameter, defaultValueType, valueType } = mismatch;
  try {
    const metadata = {
      name: config.name,
      ruleID: config.getRuleID(),
      parameter,
      defaultValueType,
      valueType,
    };
    const value =
      `Parameter ${parameter} is a value of type ${valueType}.\n` +
      `      Returning requested defaultValue type ${defaultValueType}`;
    const event = {
      eventName: 'statsig::default_value_type_mismatch',
      valueJson: JSON.stringify(value),
      metadataJson: JSON.stringify(metadata),
      time: parts.clock.now(),
    };
    parts.engineHost.logEvent(
      user,
      event,
      `default_value_type_mismatch,${Object.values(metadata).join()}`,
    );
  } catch (error) {
    parts.exceptions.report(error, {
      tag: 'default_value_type_mismatch',
      configName: config.name,
    });
  }
}

/**
 * null becomes nobody. What is no object is logged as null, unless an environment would have to be
 * put into it.
 */
function loggableUser(user: unknown, environment: object | null): object | null {
  if (user == null) {
    return NOBODY;
  }
  if (typeof user === 'object') {
    return user;
  }
  if (environment !== null) {
    throw new TypeError(`The user of an event must be an object, got ${typeof user}.`);
  }
  return null;
}

function jsonOfValue(value: unknown): string {
  if (value == null) {
    return 'null';
  }
  // An object is sent as text that holds its JSON; a number stays one, NaN becoming null.
  if (typeof value === 'number') {
    return numberJson(value);
  }
  const text: unknown = typeof value === 'object' ? JSON.stringify(value) : value.toString();
  return JSON.stringify(text) ?? 'null';
}

function jsonOfMetadata(parts: EventParts, metadata: unknown): string {
  if (metadata == null) {
    return 'null';
  }
  if (typeof metadata !== 'object') {
    parts.logger.warn('statsigSDK> Metadata is not set because it needs to be an object.');
    return 'null';
  }
  return JSON.stringify(metadata) ?? 'null';
}

/**
 * Nothing is cut here; the warnings say that the server may. `lengths` of the JSON: what is short
 * as JSON is not measured, which takes longer than the rest of the call.
 */
function warnAboutSizes(
  parts: EventParts,
  { eventName, user, value, metadata }: LogEventObject,
  lengths: { user: number; metadata: number },
): void {
  const warn = (what: string, most: number): void =>
    parts.logger.warn(`statsigSDK> ${what} is too large (max ${most}). It may be trimmed.`);
  const userID = read(user, 'userID');
  if (eventName.length > LONGEST_TEXT) {
    warn('Event name', LONGEST_TEXT);
  }
  if (isLongText(userID)) {
    warn('User ID', LONGEST_TEXT);
  }
  if (typeof value === 'string' && value.length > LONGEST_TEXT) {
    warn('Event value', LONGEST_TEXT);
  }
  if (lengths.user > SHORT_JSON && isLarge(user)) {
    warn('User object', LARGEST_OBJECT);
  }
  if (lengths.metadata > SHORT_JSON && isLarge(metadata)) {
    warn('Event metadata', LARGEST_OBJECT);
  }
}

function isLongText(value: unknown): boolean {
  return (
    (typeof value === 'string' || typeof value === 'number') && String(value).length > LONGEST_TEXT
  );
}

function isLarge(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && sizeOf(value, LARGEST_OBJECT, 0) > LARGEST_OBJECT
  );
}

/** Lengths of keys and of values as text, recursively; stops counting once beyond `most`. */
function sizeOf(object: object, most: number, depth: number): number {
  if (depth > DEEPEST) {
    return most + 1;
  }
  let size = 0;
  for (const key of keysOf(object)) {
    const value = read(object, key);
    size += key.length;
    if (typeof value === 'string') size += value.length;
    else if (typeof value === 'object' && value !== null)
      size += sizeOf(value, most - size, depth + 1);
    else size += String(value).length;
    if (size > most) {
      break;
    }
  }
  return size;
}

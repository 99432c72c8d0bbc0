/** The session-replay part of a client-initialize response (BEHAVIOUR.md 6.5). */

import type { HashName } from './hashing';
import { type JsonObject, define, member, numberOf } from './js-semantics';

/**
 * Members for the end of the response, without braces. `random` is the one draw of the response;
 * `passesTargeting`: the targeting gate is true in it.
 */
export function sessionReplayFields(
  info: unknown,
  random: number,
  hash: HashName,
  passesTargeting: boolean,
): string {
  const blocked = member(info, 'recording_blocked');
  const fields: JsonObject = { recording_blocked: blocked };
  const isBlocked = (blocked ?? false) !== false;
  let canRecord = !isBlocked;
  fields.can_record_session = canRecord;
  const rate = member(info, 'sampling_rate') ?? null;
  if (rate !== null) {
    fields.session_recording_rate = rate;
    if (random > numberOf(rate)) canRecord = false;
  }
  if (hasTargeting(info)) {
    if (!passesTargeting) canRecord = false;
    fields.passes_session_recording_targeting = passesTargeting;
  }
  fields.can_record_session = canRecord;
  const eventTriggers = triggers(
    member(info, 'session_recording_event_triggers'),
    random,
    (name) => name,
  );
  if (eventTriggers !== null) fields.session_recording_event_triggers = eventTriggers;
  const exposureTriggers = triggers(
    member(info, 'session_recording_exposure_triggers'),
    random,
    hash,
  );
  if (exposureTriggers !== null) fields.session_recording_exposure_triggers = exposureTriggers;
  return JSON.stringify(fields).slice(1, -1);
}

/** Whether a gate decides. */
export function hasTargeting(info: unknown): boolean {
  return (member(info, 'targeting_gate') ?? null) !== null;
}

/** The privacy settings as given; a list of at most one member. */
export function privacySettings(info: unknown): string[] {
  const settings = member(info, 'session_recording_privacy_settings') ?? null;
  return settings === null
    ? []
    : [`"session_recording_privacy_settings":${JSON.stringify(settings)}`];
}

function triggers(wire: unknown, random: number, hash: HashName): JsonObject | null {
  if (wire === null || wire === undefined) return null;
  const out: JsonObject = {};
  for (const name of Object.keys(wire)) {
    const trigger = member(wire, name);
    const rate = member(trigger, 'sampling_rate') ?? null;
    const values = member(trigger, 'values') ?? null;
    define(out, hash(name), {
      ...(values === null ? {} : { values }),
      ...(rate === null ? {} : { passes_sampling: random <= numberOf(rate) }),
    });
  }
  return out;
}

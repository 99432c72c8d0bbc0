/** The session-replay part of a client-initialize response (BEHAVIOUR.md 6.5). */

import { HashName } from './hashing';
import { JsonObject, member } from './js-semantics';

/**
 * Members for the end of the response, without braces. `random` is the one draw of the response; `passesTargeting`: the
 * targeting gate is true in it.
 */
export function sessionReplayFields(
  info: JsonObject,
  random: number,
  hash: HashName,
  passesTargeting: boolean,
): string {
  const fields: JsonObject = { recording_blocked: info.recording_blocked };
  const isBlocked = (info.recording_blocked ?? false) !== false;
  let canRecord = !isBlocked;
  fields.can_record_session = canRecord;
  const rate = info.sampling_rate ?? null;
  if (rate !== null) {
    fields.session_recording_rate = rate;
    if (random > (rate as number)) canRecord = false;
  }
  const gate = info.targeting_gate ?? null;
  if (gate !== null) {
    if (!passesTargeting) canRecord = false;
    fields.passes_session_recording_targeting = passesTargeting;
  }
  fields.can_record_session = canRecord;
  const eventTriggers = triggers(info.session_recording_event_triggers, random, (name) => name);
  if (eventTriggers !== null) fields.session_recording_event_triggers = eventTriggers;
  const exposureTriggers = triggers(info.session_recording_exposure_triggers, random, hash);
  if (exposureTriggers !== null) fields.session_recording_exposure_triggers = exposureTriggers;
  return JSON.stringify(fields).slice(1, -1);
}

/** The privacy settings as given, for the newer formats; a list of at most one member. */
export function privacySettings(info: JsonObject): string[] {
  const settings = info.session_recording_privacy_settings ?? null;
  return settings === null ? [] : [`"session_recording_privacy_settings":${JSON.stringify(settings)}`];
}

function triggers(wire: unknown, random: number, hash: HashName): JsonObject | null {
  if (wire === null || wire === undefined) return null;
  const out: JsonObject = {};
  for (const name of Object.keys(wire as object)) {
    const trigger = member(wire, name);
    const rate = member(trigger, 'sampling_rate') ?? null;
    const values = member(trigger, 'values') ?? null;
    out[hash(name)] = {
      ...(values === null ? {} : { values }),
      ...(rate === null ? {} : { passes_sampling: random <= (rate as number) }),
    };
  }
  return out;
}

/**
 * The wire form of events (BEHAVIOUR.md 7.1, 7.4), written in slices so that no turn of the event
 * loop is long.
 */

import { type OutcomeRecord, SpecKind } from '../engine';
import { textEncoder } from './host';
import { textOf } from './js-semantics';
import { exposuresJson } from './outcome';
import type { ExposedParameter } from './sampling';
import type { Steps } from './turns';
import { redacted } from './redact';
import { type LoggedUser, eventJson } from './user';

/** Spec source and spec times, as answers and exposures carry them. */
export interface Details {
  reason: string;
  configSyncTime: number;
  initTime: number;
}

export interface PendingExposure {
  user: LoggedUser;
  record: OutcomeRecord;
  parameter: ExposedParameter | null;
  isManual: boolean;
  time: number;
  details: Details;
  /** JSON of statsigMetadata. */
  metadata: string;
}

export interface PendingCustom {
  user: LoggedUser | null;
  head: string;
  tail: string;
}

export type Pending = PendingExposure | PendingCustom;

/** Events written in one turn; about 0.2 ms. */
const SLICE_EVENTS = 128;
/** Characters written in one turn: few events may be long. */
const SLICE_UNITS = 256 * 1024;
/** JSON of an exposure beside its user and parameter, about. */
const EXPOSURE_UNITS = 600;

/** Length of an event's JSON, about. */
export function sizeOf(event: Pending): number {
  const user = event.user === null ? 4 : event.user.json.length;
  return (
    user +
    ('record' in event
      ? EXPOSURE_UNITS + (event.parameter?.name.length ?? 0)
      : event.head.length + event.tail.length)
  );
}

/** What surrounds the events, and what they leave out of users (`EngineOptions.redact`). */
export interface EventForm {
  prefix: string;
  suffix: string;
  redact: readonly string[];
}

/** `prefix + events + suffix` as UTF-8, a slice a step. */
export function* encodeEvents(
  events: readonly Pending[],
  { prefix, suffix, redact }: EventForm,
): Steps<Uint8Array> {
  const encoder = textEncoder();
  const writer = new EventWriter(redact);
  const parts: Uint8Array[] = [];
  let text = prefix;
  let written = 0;
  for (const event of events) {
    text += writer.write(event);
    if (++written < events.length) text += ',';
    if (written % SLICE_EVENTS === 0 || text.length > SLICE_UNITS) {
      parts.push(encoder.encode(text));
      text = '';
      yield;
    }
  }
  parts.push(encoder.encode(text + suffix));
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Remembers what events of one batch have in common: texts of users and of outcomes. */
class EventWriter {
  private readonly users = new Map<LoggedUser, string>();
  private readonly outcomes = new Map<OutcomeRecord, OutcomeText>();
  private readonly details = new Map<Details, string>();

  constructor(private readonly redact: readonly string[]) {}

  write(event: Pending): string {
    const user = event.user === null ? 'null' : this.userText(event.user);
    return 'record' in event ? this.exposure(event, user) : event.head + user + event.tail;
  }

  private userText(user: LoggedUser): string {
    let text = this.users.get(user);
    if (text === undefined) this.users.set(user, (text = redacted(eventJson(user), this.redact)));
    return text;
  }

  private exposure(event: PendingExposure, user: string): string {
    const { record, parameter } = event;
    const time = Number.isFinite(event.time) ? event.time : null;
    const isUndelegated = parameter !== null && !parameter.isExplicit;
    const outcome = this.outcomeText(record);
    const head =
      parameter !== null || event.isManual
        ? headOf(record, parameter, event.isManual)
        : outcome.head;
    const exposures = isUndelegated
      ? (outcome.undelegated ??= exposuresJson(
          record.undelegatedSecondaryExposures,
          (name) => name,
        ))
      : outcome.exposures;
    return (
      `${head}${this.detailsText(record, event.details)}${time}},"time":${time},"user":${user},` +
      `"value":null,"secondaryExposures":${exposures},"statsigMetadata":${event.metadata}}`
    );
  }

  private outcomeText(record: OutcomeRecord): OutcomeText {
    let text = this.outcomes.get(record);
    if (text === undefined) {
      text = {
        head: headOf(record, null, false),
        exposures: exposuresJson(record.secondaryExposures, (name) => name),
        undelegated: null,
      };
      this.outcomes.set(record, text);
    }
    return text;
  }

  /** `,"reason":…,"serverTime":` */
  private detailsText(record: OutcomeRecord, details: Details): string {
    if (record.reason !== null) return detailsJson(detailsOf(record, details));
    let text = this.details.get(details);
    if (text === undefined) this.details.set(details, (text = detailsJson(details)));
    return text;
  }
}

/** JSON that all exposures of an outcome share. */
interface OutcomeText {
  /** Up to the metadata that is the same for every exposure, without manual ones and layers. */
  head: string;
  exposures: string;
  undelegated: string | null;
}

function headOf(
  record: OutcomeRecord,
  parameter: ExposedParameter | null,
  isManual: boolean,
): string {
  const metadata = JSON.stringify(metadataOf(record, parameter, isManual));
  return `{"eventName":"statsig::${EVENT_NAMES[record.kind]}","metadata":${metadata.slice(0, -1)}`;
}

function detailsJson({ reason, configSyncTime, initTime }: Details): string {
  return `,${JSON.stringify({ reason, configSyncTime, initTime }).slice(1, -1)},"serverTime":`;
}

/** Metadata of an exposure up to the details, in wire order (BEHAVIOUR.md 7.4). */
function metadataOf(
  record: OutcomeRecord,
  parameter: ExposedParameter | null,
  isManual: boolean,
): Record<string, string> {
  const { name, ruleID, configVersion } = record;
  const value = String(record.value);
  const metadata: Record<string, string> =
    record.kind === SpecKind.Gate
      ? { gate: name, gateValue: value, ruleID }
      : record.kind === SpecKind.Config
        ? { config: name, ruleID, rulePassed: value }
        : {
            config: name,
            ruleID: (parameter === null ? undefined : ownRule(record, parameter.name)) ?? ruleID,
            allocatedExperiment: parameter?.allocatedExperiment ?? '',
            parameterName: parameter?.name ?? '',
            isExplicitParameter: String(parameter?.isExplicit ?? false),
          };
  if (configVersion !== null) metadata.configVersion = textOf(configVersion);
  if (record.overrideConfigName !== undefined)
    metadata.overrideConfigName = record.overrideConfigName;
  if (isManual) metadata.isManualExposure = 'true';
  return metadata;
}

/** The rule that a parameter is from, where several rules gave some. */
function ownRule(
  { parameterRuleIDs: rules }: OutcomeRecord,
  parameter: string,
): string | undefined {
  return rules !== undefined && Object.prototype.hasOwnProperty.call(rules, parameter)
    ? rules[parameter]
    : undefined;
}

const EVENT_NAMES = ['gate_exposure', 'config_exposure', 'layer_exposure'] as const;

/** What the deduplication key takes from an exposure beside its user. */
export function dedupeText(
  record: OutcomeRecord,
  parameter: ExposedParameter | null,
  isManual: boolean,
): string {
  const metadata = Object.values(metadataOf(record, parameter, isManual)).join();
  return [EVENT_NAMES[record.kind], metadata].join();
}

function detailsOf(record: OutcomeRecord, details: Details): Details {
  if (record.reason === null) return details;
  if (record.reason === 'Uninitialized')
    return { reason: record.reason, configSyncTime: 0, initTime: 0 };
  const configSyncTime =
    record.reason === 'Persisted' ? (record.persistedTime ?? 0) : details.configSyncTime;
  return { reason: record.reason, configSyncTime, initTime: details.initTime };
}

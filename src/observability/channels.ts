/**
 * What is published on diagnostics channels, the lowest hook there is: a message costs nothing
 * while nobody subscribes. Names of channels and fields are as stable as those of methods
 * (docs/observability.md).
 */

/** What is asked for. */
export type CheckKind = 'gate' | 'config' | 'experiment' | 'layer';

/** On `statsig:check`: a check was answered. */
export interface CheckMessage {
  /** Which instance of the process: 1 is the first. */
  instance: number;
  /** What it is that is asked for. */
  kind: CheckKind;
  /** Of the gate, config, experiment or layer. */
  name: string;
  /** Of the user who was asked about. */
  userID: unknown;
  /** A gate's boolean, or the object of a config or experiment. A layer tells by its parameters. */
  value?: unknown;
  /** The rule that decided; '' or `default` for none. */
  ruleID: string;
  /** The group of that rule, where it has one. */
  groupName: string | null;
  /** As in `evaluationDetails`. */
  reason: string;
  /** Whether the call logs an exposure. */
  isExposed: boolean;
}

/**
 * On `statsig:exposure`: a call logs an exposure. Equal ones within a minute are sent once, and
 * some may be sampled away: that is decided later.
 */
export interface ExposureMessage {
  /** Which instance of the process: 1 is the first. */
  instance: number;
  /** What it is that is asked for. */
  kind: CheckKind;
  /** Of the gate, config, experiment or layer. */
  name: string;
  /** Of a layer: the parameter that was read. */
  parameter?: string;
  /** Of the user who is exposed. */
  userID: unknown;
  /** The rule that decided; '' or `default` for none. */
  ruleID: string;
  /** The group of that rule, where it has one. */
  groupName: string | null;
  /** Logged by `log…Exposure`, not by a check. */
  isManual: boolean;
}

/** Context of the tracing channel `statsig.sync`: one pass over config specs or ID lists. */
export interface SyncContext {
  /** Which instance of the process: 1 is the first. */
  instance: number;
  /** What is brought up to date. */
  what: 'config-specs' | 'id-lists';
  /** What the pass came to, once it is over. */
  result?: {
    /** Also where nothing had changed. */
    success: boolean;
    /** Masked text of what failed. */
    error?: string;
  };
}

/** Context of the tracing channel `statsig.flush`: one attempt to post one batch of events. */
export interface FlushContext {
  /** Which instance of the process: 1 is the first. */
  instance: number;
  /** The same for each attempt. */
  batchId: string;
  /** Events in it. */
  events: number;
  /** Length of the body, as it is sent. */
  bytes: number;
}

/** What is needed of a channel of `node:diagnostics_channel`. */
export interface Channel<Message> {
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

/** What is needed of one of its tracing channels. */
export interface Tracing<Context> {
  trace<T>(context: Context, work: () => Promise<T>): Promise<T>;
}

/** The channels of a process. */
export interface Channels {
  readonly check: Channel<CheckMessage>;
  readonly exposure: Channel<ExposureMessage>;
  readonly sync: Tracing<SyncContext>;
  readonly flush: Tracing<FlushContext>;
}

const SILENT = { hasSubscribers: false, publish: (): void => undefined };
const UNTRACED = { trace: <T>(_: unknown, work: () => Promise<T>): Promise<T> => work() };

/** Where the host has no such thing. */
export const NO_CHANNELS: Channels = {
  check: SILENT,
  exposure: SILENT,
  sync: UNTRACED,
  flush: UNTRACED,
};

import { fieldsOf } from '../host/fields';
import { textOf, utf8 } from '../host/host';
import type { SafeLogger } from '../observability/logger';
import type { EncodedBatch } from './batch';

/** An event as it is sent. Users are without private attributes. */
export interface LoggedEvent {
  /** Name of the event; exposures begin with `statsig::`. */
  eventName: string;
  /** The user as it is logged, without private attributes. */
  user: Record<string, unknown> | null;
  /** Value of the event, if it has one. */
  value: string | number | null;
  /** What belongs to the event, for example the gate and its value. */
  metadata: Record<string, unknown> | null;
  /** When it happened, ms since the epoch. */
  time: number;
  [field: string]: unknown;
}

/**
 * The option `beforeLog`: what is to be sent in place of an event; null drops it, undefined sends
 * it as it now is.
 */
export type BeforeLog = (event: LoggedEvent) => LoggedEvent | null | undefined | void;

/** Why a hook that returns promises gets no further. */
export const MUST_BE_SYNC =
  'beforeLog must not be async: an event for which it returns a promise is dropped';

/** What is left of a batch. */
export interface FilteredBatch {
  batch: EncodedBatch;
  dropped: number;
}

/**
 * Asks the hook about each event of a batch, in one turn: it sees an event once, however often that
 * is sent. What makes it fail may be what should not be sent, so an event that it throws about is
 * dropped; what it returns that is no event, too.
 */
export class EventFilter {
  constructor(
    private readonly hook: BeforeLog,
    private readonly logger: SafeLogger,
  ) {}

  /** Never throws: events that cannot be read cannot be shown to the hook, and are dropped. */
  apply({ count, body }: EncodedBatch): FilteredBatch {
    try {
      const { events, ...rest }: { events: LoggedEvent[] } = JSON.parse(textOf(body));
      const kept = events.map((event) => this.ask(event)).filter((text) => text !== null);
      const head = JSON.stringify(rest).slice(0, -1);
      const text = `${head}${head === '{' ? '' : ','}"events":[${kept.join(',')}]}`;
      return {
        batch: { count: kept.length, body: utf8(text), isGzipped: false },
        dropped: count - kept.length,
      };
    } catch (error) {
      this.logger.once(
        'before-log-batch',
        'error',
        `statsigSDK> A batch could not be read: ${this.logger.describe(error)}`,
      );
      return { batch: { count: 0, body: utf8(''), isGzipped: false }, dropped: count };
    }
  }

  /** JSON of the event to send, null for none. */
  private ask(event: LoggedEvent): string | null {
    try {
      const returned: unknown = this.hook(event);
      if (returned === null) return null;
      return this.written(returned === undefined ? event : returned);
    } catch (error) {
      this.logger.once(
        'before-log-threw',
        'error',
        `statsigSDK> beforeLog failed, the event is dropped: ${this.logger.describe(error)}`,
      );
      return null;
    }
  }

  private written(returned: unknown): string | null {
    if (isPromise(returned)) {
      // Its rejection is nobody else's.
      Promise.resolve(returned).catch(() => undefined);
      this.logger.once('before-log-async', 'error', `statsigSDK> ${MUST_BE_SYNC}`);
      return null;
    }
    const text = JSON.stringify(returned);
    if (isEvent(returned) && text.startsWith('{')) return text;
    this.logger.once(
      'before-log-no-event',
      'error',
      'statsigSDK> beforeLog returned something that is no event; the event is dropped',
    );
    return null;
  }
}

function isEvent(returned: unknown): boolean {
  return (
    typeof returned === 'object' &&
    returned !== null &&
    typeof fieldsOf(returned)['eventName'] === 'string'
  );
}

function isPromise(returned: unknown): returned is PromiseLike<unknown> {
  return (
    typeof returned === 'object' &&
    returned !== null &&
    typeof fieldsOf(returned)['then'] === 'function'
  );
}

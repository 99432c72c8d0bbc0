import type { ReceivedEvent, ReceivedRequest, Route } from './types';

/** Bounds of a journal. */
export interface JournalLimits {
  maxEvents: number;
  maxRequests: number;
  maxBodyBytes: number;
}

/** What arrived, within bounds: the oldest entries go first, and their number is kept. */
export class Journal {
  private events: ReceivedEvent[] = [];
  private requests: ReceivedRequest[] = [];
  private bodyLength = 0;
  private dropped = 0;
  private readonly waiting = new Set<() => void>();
  /** Told of events as they arrive. Must not throw. */
  onEvents: (events: ReceivedEvent[]) => void = () => undefined;

  constructor(private readonly limits: JournalLimits) {}

  addEvents(events: ReceivedEvent[]): void {
    for (const event of events) this.events.push(event);
    this.onEvents(events);
    // Trimmed in one cut once it is a quarter over, so that adding stays cheap.
    if (this.events.length > this.limits.maxEvents * 1.25) this.trimEvents();
  }

  addRequest(request: ReceivedRequest): void {
    this.requests.push(request);
    this.bodyLength += request.body.length;
    if (this.requests.length > this.limits.maxRequests * 1.25) {
      const gone = this.requests.splice(0, this.requests.length - this.limits.maxRequests);
      for (const { body } of gone) this.bodyLength -= body.length;
    }
    for (
      let at = 0;
      this.bodyLength > this.limits.maxBodyBytes && at < this.requests.length;
      at += 1
    ) {
      const old = this.requests[at];
      if (!old) break;
      this.bodyLength -= old.body.length;
      old.body = '';
    }
    for (const ask of [...this.waiting]) ask();
  }

  receivedEvents(): ReceivedEvent[] {
    this.trimEvents();
    return [...this.events];
  }

  receivedRequests(route?: Route): ReceivedRequest[] {
    const kept = this.requests.slice(-this.limits.maxRequests);
    return route === undefined ? kept : kept.filter((request) => request.route === route);
  }

  droppedEvents(): number {
    this.trimEvents();
    return this.dropped;
  }

  clear(): void {
    this.events = [];
    this.requests = [];
    this.bodyLength = 0;
    this.dropped = 0;
  }

  /** Resolves when `condition` holds; rejects after `timeoutMs`, naming what arrived meanwhile. */
  waitFor(condition: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.waiting.delete(ask);
        clearTimeout(timer);
      };
      const ask = (): void => {
        try {
          if (!condition()) return;
        } catch (error) {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        const counts = `${this.requests.length} requests and ${this.events.length} events arrived`;
        reject(new Error(`the condition did not hold within ${timeoutMs} ms; ${counts}`));
      }, timeoutMs);
      this.waiting.add(ask);
      ask();
    });
  }

  private trimEvents(): void {
    const excess = this.events.length - this.limits.maxEvents;
    if (excess <= 0) return;
    this.events.splice(0, excess);
    this.dropped += excess;
  }
}

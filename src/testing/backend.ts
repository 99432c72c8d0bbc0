import type { LoggedEvent } from '../events/before-log';
import type { NetworkOverrideFunc } from '../options/statsig-options';
import type { TestProject } from './project';

/** Most events kept, so that a loop gone wild ends in an error and not in an exhausted heap. */
const MOST_EVENTS = 100_000;

/** Stands in for Statsig: serves a project, keeps the events. Neither socket nor timer. */
export class Backend {
  private payload = '';
  private time = 0;
  private received: LoggedEvent[] = [];
  private refused = 0;

  /**
   * Serves a project from now on. Returns the time that it is given: later than that of the one
   * before.
   */
  serve(project: TestProject): number {
    const time = Math.max(project.time, this.time + 1);
    this.payload = project.payload(time);
    return (this.time = time);
  }

  /** @throws Error when there were more than are kept. A copy. */
  events(): LoggedEvent[] {
    if (this.refused === 0) return structuredCloneOf(this.received);
    throw new Error(
      `More than ${MOST_EVENTS} events were recorded, ${this.refused} of them are gone; ` +
        'reset() in between',
    );
  }

  clear(): void {
    this.received = [];
    this.refused = 0;
  }

  /**
   * The instance's `networkOverrideFunc`. A Response of the least that is needed, for hosts that
   * have none (jsdom).
   */
  readonly answer: NetworkOverrideFunc = async (url, { body }) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith('/log_event')) this.receive(String(body));
    const text = pathname.includes('/download_config_specs/') ? this.payload : '{}';
    return { ok: true, status: 200, text: async () => text } as Response;
  };

  private receive(body: string): void {
    const { events }: { events: LoggedEvent[] } = JSON.parse(body);
    const room = MOST_EVENTS - this.received.length;
    this.refused += Math.max(0, events.length - room);
    for (const event of events.slice(0, room)) this.received.push(event);
  }
}

/** Events are JSON, and a test may change what it is given. */
function structuredCloneOf(events: LoggedEvent[]): LoggedEvent[] {
  return JSON.parse(JSON.stringify(events));
}

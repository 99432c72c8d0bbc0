/** A network in memory: ID lists that are there, and events that were expected. */
import { gunzipSync } from 'node:zlib';
import type { ExplainedExposure } from '../src/explain/types';
import type { WireEvent } from './case';
import { canonical } from './compare-answers';

const LISTS = 'https://lists.example/';

/** Depends on the moment of a check. */
const OF_THE_CHECK = ['isManualExposure', 'reason', 'configSyncTime', 'initTime', 'serverTime'];

/** See the head of this file. */
export class EventSink {
  private expected: [where: string, exposure: string][] = [];
  private readonly received = new Set<string>();

  constructor(private readonly idLists: Readonly<Record<string, string>>) {}

  /** For `networkOverrideFunc`. */
  readonly override = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.endsWith('/log_event')) this.take(init.body);
    if (url.endsWith('/get_id_lists')) return new Response(JSON.stringify(this.listed()));
    if (url.startsWith(LISTS)) return new Response(this.idLists[url.slice(LISTS.length)] ?? '');
    return new Response('{}');
  };

  /** Exposures that must come. */
  expect(where: string, exposures: readonly ExplainedExposure[]): void {
    for (const exposure of exposures) this.expected.push([where, canonical(exposure)]);
  }

  /**
   * All that came was expected, and the other way round; of equal ones, as of an experiment that is
   * exposed along with two others, one comes. @throws Error for the first that is not
   */
  compare(): void {
    const expected = new Map(this.expected.map(([where, text]) => [text, where]));
    for (const [text, where] of expected) {
      if (!this.received.has(text)) throw new Error(`${where}: no such event came: ${text}`);
    }
    const more = [...this.received].find((text) => !expected.has(text));
    if (more !== undefined) throw new Error(`nobody expected ${more}`);
    this.expected = [];
    this.received.clear();
  }

  private take(body: unknown): void {
    const bytes = Buffer.from(body as Uint8Array);
    const text = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    const { events } = JSON.parse(text.toString()) as { events: WireEvent[] };
    for (const { eventName, metadata, secondaryExposures } of events) {
      if (eventName === 'statsig::diagnostics') continue;
      const rest = Object.entries(metadata ?? {}).filter(([key]) => !OF_THE_CHECK.includes(key));
      this.received.add(
        canonical({ eventName, metadata: Object.fromEntries(rest), secondaryExposures }),
      );
    }
  }

  private listed(): object {
    const lists = Object.entries(this.idLists).map(([name, text]) => [
      name,
      { name, size: text.length, url: LISTS + name, fileID: name, creationTime: 1 },
    ]);
    return Object.fromEntries(lists) as object;
  }
}

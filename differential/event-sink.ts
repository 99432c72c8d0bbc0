/** A network in memory: ID lists that are there, and events that were expected. */
import { gunzipSync } from 'node:zlib';
import type { ExplainedExposure } from '../src/explain/types';
import type { WireEvent } from './case';
import { canonical } from './compare-answers';

const LISTS = 'https://lists.example/';

/** Depends on the moment of a check. */
const OF_THE_CHECK = ['isManualExposure', 'reason', 'configSyncTime', 'initTime', 'serverTime'];

/** An exposure that must come. */
interface Expected {
  where: string;
  text: string;
  /** Of equal ones of a minute one is logged, whatever its kind: the user, the name, the rule. */
  key: string;
}

/** See the head of this file. */
export class EventSink {
  private expected: Expected[] = [];
  private readonly received = new Set<string>();
  /** Keys of what came. */
  private readonly came = new Set<string>();

  constructor(private readonly idLists: Readonly<Record<string, string>>) {}

  /** For `networkOverrideFunc`. */
  readonly override = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.endsWith('/log_event')) this.take(init.body);
    if (url.endsWith('/get_id_lists')) return new Response(JSON.stringify(this.listed()));
    if (url.startsWith(LISTS)) return new Response(this.idLists[url.slice(LISTS.length)] ?? '');
    return new Response('{}');
  };

  /** Exposures that must come, of a user. */
  expect(where: string, user: unknown, exposures: readonly ExplainedExposure[]): void {
    for (const exposure of exposures) {
      const { gate, config, ruleID, parameterName } = exposure.metadata;
      const key = JSON.stringify([unitOf(user), gate ?? config, ruleID, parameterName]);
      this.expected.push({ where, text: canonical(exposure), key });
    }
  }

  /** All that came was expected, and the other way round. @throws Error for the first that is not */
  compare(): void {
    for (const { text, key } of this.expected) if (this.received.has(text)) this.came.add(key);
    for (const { where, text, key } of this.expected) {
      if (!this.received.has(text) && !this.came.has(key))
        throw new Error(`${where}: no such event came: ${text}`);
    }
    const expected = new Set(this.expected.map(({ text }) => text));
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

/** What tells users apart in the window: the ID and the values of the others, as texts. */
function unitOf(user: unknown): string {
  try {
    const { userID, customIDs } = user as { userID?: unknown; customIDs?: unknown };
    const others = typeof customIDs === 'object' ? Object.values(customIDs ?? {}) : [];
    return `${(userID ?? '') as string},${others.join()}`;
  } catch {
    return '';
  }
}

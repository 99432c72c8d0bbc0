/**
 * Downloads that the threads of a process have in common (`sharedUpdates`): who asks for what
 * another thread has just downloaded gets that, and of those who ask together one downloads. They
 * meet in the native addon (crates/node/src/downloads.rs).
 */
import { type Clock, sleep } from '../host/clock';
import type { ContentEncoding } from '../host/bytes';
import { NetworkError } from './network-error';
import type { PackedBody, Transport, TransportRequest, TransportResponse } from './transport';

/** How often who waits for another thread's download looks for it, ms. */
const LOOK_MS = 20;

/** One thread's view of what they have in common. Holds what it gave or got last. */
export interface SharedDownloads {
  /** What came at most so long ago. Without a body and nobody at it, it is up to the caller. */
  ask(
    key: string,
    mostMs: number,
  ): { isComing: boolean; head?: string | null; body?: Uint8Array | null };
  give(key: string, head: string, body: Uint8Array): void;
  /** Nothing came of what the caller was to download. */
  giveUp(): void;
}

/** What describes a body. */
interface Head {
  status: number;
  headers: Record<string, unknown>;
  encoding: ContentEncoding | null;
}

/** How a body with an encoding is handed on. */
type Packing = (body: Uint8Array, encoding: ContentEncoding, maxBytes: number) => PackedBody;

/** `inner`, but that requests with a `shared` ask the other threads first. */
export function sharedTransport(
  inner: Transport,
  downloads: SharedDownloads,
  packing: Packing,
  clock: Clock,
): Transport {
  return Object.assign(
    async (request: TransportRequest): Promise<TransportResponse> => {
      const { shared } = request;
      if (shared === undefined) return inner(request);
      const known = await found(downloads, request, shared, clock);
      return known === null
        ? downloaded(inner, downloads, request, shared.key)
        : responseOf(known.head, known.body, request, packing);
    },
    { close: () => inner.close?.() },
  );
}

async function found(
  downloads: SharedDownloads,
  { signal, onProgress }: TransportRequest,
  { key, mostMs }: NonNullable<TransportRequest['shared']>,
  clock: Clock,
): Promise<{ head: string; body: Uint8Array } | null> {
  for (;;) {
    const { isComing, head, body } = downloads.ask(key, mostMs);
    if (head != null && body != null) return { head, body };
    if (!isComing) return null;
    onProgress();
    await sleep(clock, LOOK_MS, signal);
    if (signal.aborted) throw new NetworkError('aborted', 'The request was aborted');
  }
}

async function downloaded(
  inner: Transport,
  downloads: SharedDownloads,
  request: TransportRequest,
  key: string,
): Promise<TransportResponse> {
  try {
    const response = await inner(request);
    const { status, ok, headers, packed, body } = response;
    if (ok && headers !== undefined) {
      const head: Head = { status, headers, encoding: packed?.encoding ?? null };
      downloads.give(key, JSON.stringify(head), body);
    }
    return response;
  } finally {
    downloads.giveUp();
  }
}

function responseOf(
  text: string,
  body: Uint8Array,
  { maxBytes, onProgress }: TransportRequest,
  packing: Packing,
): TransportResponse {
  const { status, headers, encoding }: Head = JSON.parse(text);
  onProgress();
  const header = (name: string): string | null => {
    const value = headers[name.toLowerCase()];
    return value === undefined || value === null ? null : String(value);
  };
  const response = { status, ok: true, header, headers, body };
  return encoding === null ? response : { ...response, packed: packing(body, encoding, maxBytes) };
}

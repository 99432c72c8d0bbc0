/**
 * A batch that the server finds too long, as two. Rare: it is parsed and written again, on the
 * event loop.
 */
import { textOf, utf8 } from '../host/host';
import type { Compress, StoredBatch } from './batch';

export interface SplitTools {
  compress: Compress | null;
  decompress: Compress | null;
  newId(): string;
}

interface Body {
  events: unknown[];
}

/** The halves, oldest events first. Rejects when the body cannot be read or holds one event. */
export async function splitBatch(
  batch: StoredBatch,
  tools: SplitTools,
): Promise<[StoredBatch, StoredBatch]> {
  const { decompress } = tools;
  const isUnpacked = batch.isGzipped && decompress !== null;
  // What nobody here can unpack is no JSON.
  const body: Body = JSON.parse(textOf(isUnpacked ? await decompress(batch.body) : batch.body));
  const middle = Math.ceil(body.events.length / 2);
  if (middle === body.events.length) throw new Error('A batch of one event cannot be split');
  const half = (events: unknown[]): Promise<StoredBatch> =>
    encodeHalf({ ...body, events }, batch.isGzipped, tools);
  return [await half(body.events.slice(0, middle)), await half(body.events.slice(middle))];
}

async function encodeHalf(
  body: Body,
  isGzipped: boolean,
  { compress, newId }: SplitTools,
): Promise<StoredBatch> {
  const plain = utf8(JSON.stringify(body));
  const zipped = isGzipped && compress !== null ? await compress(plain) : null;
  return {
    id: newId(),
    count: body.events.length,
    body: zipped ?? plain,
    isGzipped: zipped !== null,
  };
}

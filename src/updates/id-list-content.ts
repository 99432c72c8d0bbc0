import type { TransportResponse } from '../network/transport';
import type { IdListEntry } from './id-list-index';

/** Lines of an answer. `isWhole`: they are the list from its start. */
export interface IdListContent {
  lines: Uint8Array;
  isWhole: boolean;
}

const NEWLINE = 0x0a;

/**
 * What an answer to `Range: bytes={offset}-` is good for. 206 continues at the offset; 200 is the
 * whole list, or, where it is as long as what is missing, the rest of it from a server that does
 * not say so. 'refused': nothing changes and the same is asked again; 'restart': the list has to be
 * asked for from its start.
 */
export function readContent(
  { size }: IdListEntry,
  offset: number,
  response: TransportResponse,
): IdListContent | 'refused' | 'restart' {
  const { status, body } = response;
  if ((status !== 200 && status !== 206) || !startsAt(response, offset)) return 'refused';
  if (body.byteLength === 0) return 'restart';
  const isRest = status === 206 || (body.byteLength < size && offset + body.byteLength === size);
  const isWhole = offset === 0 || !isRest;
  const missing = size - (isWhole ? 0 : offset) - body.byteLength;
  if (missing <= 0) return { lines: body, isWhole };
  // Shorter than the list was when the index was made: an older copy, or one that was cut off on
  // the way.
  if (isWhole && offset > 0) return 'restart';
  if (isDecodedElsewhere(response)) return 'refused';
  const lines = body.subarray(0, body.lastIndexOf(NEWLINE) + 1);
  return lines.byteLength > 0 ? { lines, isWhole } : 'refused';
}

/** Whether a partial answer begins where it should; one that does not say is believed. */
function startsAt(response: TransportResponse, offset: number): boolean {
  const start = /^bytes (\d+)-/.exec(response.header('content-range') ?? '')?.[1];
  return response.status !== 206 || start === undefined || Number(start) === offset;
}

/**
 * `fetch` decodes an answer that ends early as far as it goes, and leaves the header; our transport
 * refuses it.
 */
function isDecodedElsewhere(response: TransportResponse): boolean {
  return /gzip|deflate|br|zstd/i.test(response.header('content-encoding') ?? '');
}

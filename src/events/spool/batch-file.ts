/** A batch as a file: one line of JSON that says what follows, then the body. */
import { createHash } from 'node:crypto';
import type { StoredBatch } from '../batch';

/**
 * Longest file that is read. Texts of pending events are bounded to 64 MiB, and a batch is what was
 * pending; whatever is longer is none of ours.
 */
export const MAX_FILE_BYTES = 80 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The file of a batch. `key`: the folder's, so that no file is ever sent under another one. */
export function encodeBatchFile(batch: StoredBatch, key: string): Uint8Array {
  const { id, count, body, isGzipped } = batch;
  const head = JSON.stringify({ v: 1, key, id, count, isGzipped, sha256: digest(batch, key) });
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

/** 'damaged': not what was written. 'foreign': whole, and of another key or a later format. */
export type DecodedFile = StoredBatch | 'damaged' | 'foreign';

/** Reads a file back. Never throws. */
export function decodeBatchFile(content: Uint8Array, key: string): DecodedFile {
  const head = readHead(content);
  if (head === null) return 'damaged';
  const { v, id, count, isGzipped, sha256, body } = head;
  if (v !== 1) return typeof v === 'number' ? 'foreign' : 'damaged';
  if (typeof id !== 'string' || typeof isGzipped !== 'boolean' || !isCount(count)) return 'damaged';
  const batch = { id, count, body, isGzipped };
  const writtenFor = head['key'];
  if (typeof writtenFor !== 'string' || sha256 !== digest(batch, writtenFor)) return 'damaged';
  return writtenFor === key ? batch : 'foreign';
}

type Head = Record<string, unknown> & { body: Uint8Array };

function readHead(content: Uint8Array): Head | null {
  try {
    const end = content.indexOf(NEWLINE);
    if (end < 0) return null;
    const head: unknown = JSON.parse(Buffer.from(content.subarray(0, end)).toString());
    if (typeof head !== 'object' || head === null) return null;
    return { ...head, body: content.subarray(end + 1) };
  } catch {
    return null;
  }
}

function isCount(count: unknown): count is number {
  return typeof count === 'number' && Number.isInteger(count) && count >= 1;
}

/** Of all that the file says. */
function digest({ id, count, body, isGzipped }: StoredBatch, key: string): string {
  return createHash('sha256')
    .update([key, id, count, isGzipped, ''].join('\n'))
    .update(body)
    .digest('hex');
}

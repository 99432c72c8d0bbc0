/** Spools on the real disk, for tests. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { StoredBatch } from '../../../src/events/batch';
import type { EventSpool } from '../../../src/events/spool/event-spool';
import { type SpoolOptions, folderOf, openSpool } from '../../../src/events/spool/open';

export const KEY = 'secret-spool-test';
const IDS = '0123456789abcdef';

/** A directory that goes with the test. */
export function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'spool-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A batch whose ID is made of one letter. */
export function batch(letter: string, body = '[1]', count = 1): StoredBatch {
  const digit = IDS[letter.charCodeAt(0) % 16]!;
  const id = [8, 4, 4, 4, 12].map((length) => digit.repeat(length)).join('-');
  return { id, count, body: Buffer.from(body), isGzipped: false };
}

export const open = (path: string, options: Partial<SpoolOptions> = {}): EventSpool =>
  openSpool(path, { secretKey: KEY, ...options });

/** The folder of the key. */
export const folder = (path: string, key = KEY): string => join(path, folderOf(key));

/** Names of the batches there. */
export function batches(path: string, key = KEY): string[] {
  if (!existsSync(folder(path, key))) return [];
  return readdirSync(folder(path, key))
    .filter((name) => name.endsWith('.batch'))
    .sort();
}

/** Everything the spool gives, as the texts of the bodies. */
export async function all(spool: EventSpool): Promise<string[]> {
  const found: string[] = [];
  await spool.look();
  for (let next = await spool.next(); next !== null; next = await spool.next()) {
    found.push(Buffer.from(next.body).toString());
  }
  return found;
}

/** Batches as a process leaves them that is gone. */
export async function leave(
  path: string,
  stored: StoredBatch[],
  options: Partial<SpoolOptions> = {},
): Promise<void> {
  const spool = open(path, options);
  for (const one of stored) await spool.write(one);
  spool.close();
}

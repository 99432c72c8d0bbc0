import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import type { SpecsInput } from './types';

/** A payload ready to be sent. */
export interface ServedSpecs {
  text: string;
  etag: string;
  /** `time` of the payload; 0 when it has none. */
  time: number;
  /** Compressed once, when somebody first asks for it. */
  gzipped(): Buffer;
}

/** What an empty project looks like. */
export const emptySpecs = {
  has_updates: true,
  time: 1,
  feature_gates: [],
  dynamic_configs: [],
  layer_configs: [],
  layers: {},
};

/** Reads `time` of a JSON text; 0 when the text is no JSON or has no number there. */
function timeOf(text: string): number {
  try {
    const time = (JSON.parse(text) as { time?: unknown } | null)?.time;
    return typeof time === 'number' && Number.isFinite(time) ? time : 0;
  } catch {
    return 0;
  }
}

export function serveSpecs(input: SpecsInput): ServedSpecs {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  let compressed: Buffer | undefined;
  return {
    text,
    etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`,
    time: timeOf(text),
    gzipped: () => (compressed ??= gzipSync(text)),
  };
}

/**
 * A payload file that is read again when its modification time or size changed. Asking is a `stat`,
 * so no watcher and no timer is left behind. A file that is gone or no longer JSON keeps the
 * payload that was served before.
 */
export class SpecsFile {
  private served: ServedSpecs;
  private seen: string;

  constructor(
    private readonly path: string,
    private readonly log: (message: string) => void,
  ) {
    this.seen = this.fingerprint();
    this.served = serveSpecs(parsed(path));
  }

  current(): ServedSpecs {
    try {
      const now = this.fingerprint();
      if (now !== this.seen) {
        this.seen = now;
        this.reload();
      }
    } catch (error) {
      this.log(`kept the previous specs: ${String(error)}`);
    }
    return this.served;
  }

  private fingerprint(): string {
    const { mtimeMs, size } = statSync(this.path);
    return `${mtimeMs}/${size}`;
  }

  /**
   * SDKs ignore a payload that isn't newer than theirs, so an edit that left `time` alone gets a
   * later one.
   */
  private reload(): void {
    const text = parsed(this.path);
    if (text === this.served.text) return;
    const next = serveSpecs(text);
    const isNewer = next.time > this.served.time;
    this.served = isNewer
      ? next
      : serveSpecs({ ...(JSON.parse(text) as object), time: this.served.time + 1 });
    this.log(`reloaded the specs (time ${this.served.time})`);
  }
}

function jsonIn(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message.slice(0, 100)}`);
  }
}

/** The file's text, when it holds a JSON object; throws otherwise. */
function parsed(path: string): string {
  const text = readFileSync(path, 'utf8');
  const value = jsonIn(text, path);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${path} holds no JSON object`);
  return text;
}

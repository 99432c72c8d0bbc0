import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CompressFormat } from './adapter-key';
import type { AdapterResponse, DataAdapterKeyPath, IDataAdapter } from './data-adapter';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Longest text that is unpacked, bytes: that of the longest ID list. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Another adapter, whose items are gzipped: config specs take about a tenth. They are written as
 * base64, which every store can keep, under keys with `gzip` in place of `plain_text`; read as
 * base64 or as bytes; and what is not there is looked for under the plain key. Only readers with
 * the same wrapping see what is written.
 * @example new CompressedDataAdapter(new RedisDataAdapter({ url }))
 */
export class CompressedDataAdapter implements IDataAdapter {
  constructor(private readonly inner: IDataAdapter) {}

  /** Whether keys of Statsig's forward proxy are asked for, which are never compressed. */
  get readsForwardProxy(): boolean {
    return this.inner.readsForwardProxy === true;
  }

  async initialize(): Promise<void> {
    await this.inner.initialize?.();
  }

  /** Text; what is broken is an error. */
  async get(key: string): Promise<AdapterResponse> {
    const { result, ...rest } = await this.inner.get(packedKey(key));
    if (rest.error != null) return rest;
    if (result === undefined || result === null || result === '') return this.inner.get(key);
    try {
      const bytes = typeof result === 'string' ? Buffer.from(result, 'base64') : result;
      const text = await unpack(bytes as Uint8Array, { maxOutputLength: MAX_BYTES });
      return { ...rest, result: text.toString('utf8') };
    } catch {
      return { error: new Error('A compressed item is broken') };
    }
  }

  async set(key: string, value: string, time?: number): Promise<void> {
    const packed = await pack(value);
    await this.inner.set(packedKey(key), packed.toString('base64'), time);
  }

  async shutdown(): Promise<void> {
    await this.inner.shutdown?.();
  }

  supportsPollingUpdatesFor(path: DataAdapterKeyPath): boolean {
    return this.inner.supportsPollingUpdatesFor?.(path) ?? false;
  }
}

function packedKey(key: string): string {
  return key.replace(`|${CompressFormat.PlainText}|`, `|${CompressFormat.Gzip}|`);
}

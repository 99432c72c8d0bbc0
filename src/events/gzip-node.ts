import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';

/**
 * Default level for events (`eventCompression`). Measured on 1,000 gate exposures (546 kB of JSON,
 * Node 20, one core): level 1 gives 43.0 kB in 0.8 ms, level 6 gives 36.8 kB in 1.9 ms. The time is
 * a pool thread's, the bytes are kept through outages and sent.
 */
const LEVEL = 1;
const { nextTick } = process;

/** Fake timers that take process.nextTick, too, hold back everything that Node does in streams. */
function areStreamsHeldBack(): boolean {
  return process.nextTick !== nextTick || 'clock' in nextTick;
}

/** gzip on libuv's thread pool. Rejects when zlib fails. */
export function gzipNode(bytes: Uint8Array, level = LEVEL): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (areStreamsHeldBack()) return resolve(gzipSync(bytes, { level }));
    gzip(bytes, { level }, (error, zipped) => (error === null ? resolve(zipped) : reject(error)));
  });
}

/** The same on the calling thread. @throws Error when zlib fails */
export function gzipNow(bytes: Uint8Array, level = LEVEL): Uint8Array {
  return gzipSync(bytes, { level });
}

/**
 * Longest batch that is unpacked: what is pending is bounded to 64 MiB, and the file of a spool may
 * be anybody's.
 */
const MAX_PLAIN_BYTES = 128 * 1024 * 1024;

/** Turns `gzipNode` back. Rejects when zlib fails. */
export function gunzipNode(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (areStreamsHeldBack())
      return resolve(gunzipSync(bytes, { maxOutputLength: MAX_PLAIN_BYTES }));
    gunzip(bytes, { maxOutputLength: MAX_PLAIN_BYTES }, (error, plain) =>
      error === null ? resolve(plain) : reject(error),
    );
  });
}

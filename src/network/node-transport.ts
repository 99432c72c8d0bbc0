import type { Transport } from './transport';
/** axios with keep-alive agents. Node only; loads axios at the first request. */
export function nodeTransport(): Transport { throw new Error('shell'); }

/** Config specs from Statsig's forward proxy, streamed. */
export { ForwardProxyStream } from './stream';
export type { ForwardProxyOptions } from './options';

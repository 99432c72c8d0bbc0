import { systemClock } from '../host/clock';
import type { SpecStream, SpecStreamSink } from '../updates/spec-stream';
import type { ForwardProxyOptions } from './options';
import { join } from './shared-stream';

/**
 * Statsig's forward proxy as `specStream`: a change arrives at once, over one kept connection.
 * While it is away, the instance polls. Instances of a thread that ask the same proxy for the same
 * (URL, secret key, format, bounds, and the same `tls` object) have one stream in common.
 * @example new ForwardProxyStream({ url: 'http://flags.internal:50051' })
 */
export class ForwardProxyStream implements SpecStream {
  /** In `health().source`, as one of `specSources`. */
  readonly name = 'forward-proxy';
  // A look at the object shows no key.
  readonly #options: ForwardProxyOptions;

  /** @throws TypeError when `url` is no http or https URL */
  constructor(options: ForwardProxyOptions) {
    const { protocol } = new URL(options.url);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new TypeError('The URL of a forward proxy begins with http:// or https://');
    this.#options = options;
  }

  /** See `SpecStream`. */
  start(sink: SpecStreamSink): () => void {
    const { url, tls, silenceMs = 90_000, clock = systemClock } = this.#options;
    const { secretKey, format, maxBytes } = sink;
    return join({ url, tls, silenceMs, clock, secretKey, format, maxBytes }, sink);
  }
}

import { request as overHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import type { CustomSpecSource, SpecSourceAsk } from '../updates/spec-order';
import { unpacked } from './unpack';

const UNCHANGED = '{"has_updates":false}';

/** Where the payload is, and how it is asked for. */
export interface HttpSpecSourceOptions {
  /** `http://…` or `https://…`, asked by GET. It is never shown in a message. */
  url: string;
  /** Sent along, for example `authorization`. The secret key is not sent by itself. */
  headers?: Record<string, string>;
  /** For a proxy or certificates; without it each request has a connection of its own. */
  agent?: Agent;
  /** Longest wait for the whole answer, ms. Default 10,000. */
  timeoutMs?: number;
}

/**
 * Config specs as a file behind HTTP: a bucket, a CDN, a server of one's own. Asked for what
 * changed (`ETag`, `Last-Modified`); plain, with a content encoding, or a gzipped file. Redirects
 * are failures. A request under way does not keep the process alive.
 * @example specSources: [new HttpSpecSource({ url: 'https://bucket/specs.json' }), 'network']
 */
export class HttpSpecSource implements CustomSpecSource {
  readonly name = 'http';
  // A look at the object shows no signature and no password.
  readonly #options: HttpSpecSourceOptions;
  /** Of what each instance has got last. */
  readonly #seen = new WeakMap<SpecSourceAsk, Record<string, string>>();

  /** @throws TypeError when `url` is no http or https URL */
  constructor(options: HttpSpecSourceOptions) {
    const { protocol } = new URL(options.url);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new TypeError('The URL of config specs begins with http:// or https://');
    this.#options = options;
  }

  /** Rejects when there is no whole answer with status 200 or 304. */
  async get(ask: SpecSourceAsk): Promise<Uint8Array | string> {
    // What is in force may be another's by now, and "unchanged" says nothing of that.
    const known = ask.time() === 0 ? undefined : this.#seen.get(ask);
    const { response, body } = await this.#exchange({ ...known }, ask.maxBytes);
    if (response.statusCode === 304 && known !== undefined) return UNCHANGED;
    if (response.statusCode !== 200) throw new Error(`The answer was ${response.statusCode}`);
    const specs = await unpacked(body, ask.maxBytes, response.headers['content-encoding']);
    this.#seen.set(ask, validators(response));
    return specs;
  }

  #exchange(
    known: Record<string, string>,
    maxBytes: number,
  ): Promise<{ response: IncomingMessage; body: Buffer }> {
    const { url, headers, agent = false, timeoutMs = 10_000 } = this.#options;
    const send = new URL(url).protocol === 'https:' ? overHttps : overHttp;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => void request.destroy(error);
      const asked = { 'accept-encoding': 'gzip, br', ...headers, ...known };
      const request = send(url, { agent, headers: asked }, (response) => {
        const parts: Buffer[] = [];
        let length = 0;
        response.on('data', (part: Buffer) => {
          parts.push(part);
          length += part.length;
          if (length > maxBytes)
            fail(new Error(`They are longer than maxSpecsBytes (${maxBytes})`));
        });
        response.on('end', () => resolve({ response, body: Buffer.concat(parts) }));
        response.on('close', () => reject(new Error('The answer is not whole')));
      });
      const timer = setTimeout(() => fail(new Error(`No answer in ${timeoutMs} ms`)), timeoutMs);
      timer.unref();
      request.on('socket', (socket) => socket.unref());
      request.on('close', () => clearTimeout(timer)).on('error', reject);
      request.end();
    });
  }
}

/** What tells a server which version is known. */
function validators({ headers }: IncomingMessage): Record<string, string> {
  const { etag, 'last-modified': modified } = headers;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(modified === undefined ? {} : { 'if-modified-since': modified }),
  };
}

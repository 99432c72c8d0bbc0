/**
 * One request by Node's own http over connections of ours. Not by axios, whose adapter took 20 ms
 * of CPU to load and compile, a quarter of `initialize`, for nothing that this needs: redirects,
 * proxies, encodings, limits and aborts are all seen to elsewhere.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { URL } from 'node:url';
import type { Agents } from './agents';
import { ASKED_ENCODINGS } from './decoding';
import { NetworkError } from './network-error';
import type { TransportRequest } from './transport';

const USER_AGENT = 'statsig-node-native';

/** Why there is no answer. */
export class RequestError extends Error {
  constructor(
    thrown: unknown,
    /** The connection had been used before. */
    readonly reusedSocket: boolean,
  ) {
    super('The request failed', { cause: thrown });
  }
}

/** Resolves when the head of the answer is there. Rejects with `RequestError` or `NetworkError`. */
export function nodeRequest(request: TransportRequest, agents: Agents): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { signal, body } = request;
    if (signal.aborted) return reject(aborted());
    const sent = start(request, agents);
    const onAbort = (): void => void sent.destroy(aborted());
    signal.addEventListener('abort', onAbort, { once: true });
    sent.once('close', () => signal.removeEventListener('abort', onAbort));
    sent.once('response', resolve);
    // Stays, for what goes wrong after the answer has begun.
    sent.on('error', (error) =>
      reject(error instanceof NetworkError ? error : new RequestError(error, sent.reusedSocket)),
    );
    sent.end(body);
  });
}

/** @throws NetworkError for an address that is none of HTTP; TypeError for one that is none */
function start({ method, url, headers }: TransportRequest, agents: Agents): ClientRequest {
  const target = new URL(url);
  const own = { Accept: '*/*', 'Accept-Encoding': ASKED_ENCODINGS, 'User-Agent': USER_AGENT };
  const all = { ...own, ...headers };
  if (target.protocol === 'https:')
    return httpsRequest(target, { method, headers: all, agent: agents.httpsAgent });
  if (target.protocol === 'http:')
    return httpRequest(target, { method, headers: all, agent: agents.httpAgent });
  throw new NetworkError('network', `Unsupported protocol ${target.protocol}`);
}

function aborted(): NetworkError {
  return new NetworkError('aborted', 'The request was aborted');
}

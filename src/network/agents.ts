/**
 * The connections of one SDK instance: kept while it lives, closed when it ends. They go through
 * the proxies that the environment names. Not left to axios, which makes a tunnel per request, nor
 * to https-proxy-agent or hpagent, which keep tunnels: both leave the connection to a silent proxy
 * open for good, and throw on a stray `%` in a password.
 */
import { URL } from 'node:url';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type AgentOptions,
  type ClientRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type ConnectionOptions,
  type SecureContext,
} from 'node:tls';
import { NetworkError } from './network-error';
import { type Proxy, readProxy } from './proxy';

/** Connections kept per host; more requests queue inside Node. */
const AGENT_OPTIONS: AgentOptions = {
  keepAlive: true,
  maxSockets: 64,
  maxFreeSockets: 8,
  scheduling: 'lifo',
};
/** Longest silence of a proxy that is asked for a tunnel, ms. */
const CONNECT_LIMIT_MS = 10_000;

/** URL of the proxy for a request's URL, '' for none. */
export type ProxyFor = (url: string) => string;

export interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
  /**
   * Closes every connection, those in use included. What is connected later closes after its
   * request.
   */
  close(): void;
}

/**
 * Idle connections do not keep the process alive (Node unreferences them). `ca`: trusted beside
 * Node's own, by hosts and proxies.
 */
export function makeAgents(proxyFor: ProxyFor, ca: readonly (string | Uint8Array)[] = []): Agents {
  const trust = trustIn(ca);
  const httpAgent = new ForwardingAgent(proxyFor, trust);
  const httpsAgent = new TunnellingAgent(proxyFor, trust);
  return {
    httpAgent,
    httpsAgent,
    close: () => {
      for (const agent of [httpAgent, httpsAgent]) {
        (agent as { keepAlive?: boolean }).keepAlive = false;
        agent.destroy();
      }
    },
  };
}

/** For a connection by TLS; nothing where Node's own certificates are all. */
type Trust = () => { secureContext?: SecureContext };

/** Made once, at the first connection: reading Node's own certificates takes milliseconds. */
function trustIn(ca: readonly (string | Uint8Array)[]): Trust {
  if (ca.length === 0) return () => ({});
  let secureContext: SecureContext | undefined;
  return () => {
    secureContext ??= createSecureContext({
      ca: [
        ...rootCertificates,
        ...ca.map((one) => (typeof one === 'string' ? one : Buffer.from(one))),
      ],
    });
    return { secureContext };
  };
}

/** What Node hands to an agent; `proxied` is ours, from `addRequest` to `createConnection`. */
type RequestOptions = ConnectionOptions & { proxied?: Proxy | Error };
type Created = (error: Error | null, socket?: Duplex) => void;

/**
 * Asks a proxy for plain HTTP by the whole URL. Connections are pooled per proxy, whatever host is
 * asked for.
 */
class ForwardingAgent extends HttpAgent {
  constructor(
    private readonly proxyFor: ProxyFor,
    private readonly trust: Trust,
  ) {
    super(AGENT_OPTIONS);
  }

  /** Node's hook of agents: here a request's path and headers can still change. */
  addRequest(request: ClientRequest, options: RequestOptions): void {
    const add = (Object.getPrototypeOf(ForwardingAgent.prototype) as ForwardingAgent).addRequest;
    const { origin } = new URL(`http://${targetOf(options)}`);
    const proxied = this.proxyOf(origin);
    if (proxied === null || proxied instanceof Error)
      return add.call(this, request, { ...options, ...(proxied && { proxied }) });
    const { host, port, authorization } = proxied;
    request.path = origin + request.path;
    if (authorization !== null) request.setHeader('Proxy-Authorization', authorization);
    add.call(this, request, { ...options, host, port, proxied });
  }

  override createConnection(options: RequestOptions, created: Created): Socket | undefined {
    const { proxied, ...own } = options;
    if (proxied instanceof Error) return void created(proxied);
    if (proxied?.isSecure === true)
      return connectTls({ ...own, ...this.trust(), servername: serverNameOf(proxied.host) });
    return super.createConnection(own, created) as Socket;
  }

  /** Nobody hears an error of `addRequest`, so it is kept for the connection. */
  private proxyOf(origin: string): Proxy | Error | null {
    try {
      return readProxy(this.proxyFor(origin));
    } catch (error) {
      return error as Error;
    }
  }
}

/**
 * Asks a proxy for a tunnel, in which TLS goes to the host itself: the proxy sees neither the key
 * nor what is asked for.
 */
class TunnellingAgent extends HttpsAgent {
  /** Tunnels asked for. The agent does not know of them. */
  private readonly asking = new Set<ClientRequest>();

  constructor(
    private readonly proxyFor: ProxyFor,
    private readonly trust: Trust,
  ) {
    super(AGENT_OPTIONS);
  }

  override createConnection(options: RequestOptions, created: Created): Socket | undefined {
    const secured = (socket?: Socket): Socket =>
      super.createConnection(
        { ...options, ...this.trust(), ...(socket && { socket }) },
        created,
      ) as Socket;
    try {
      const target = targetOf(options);
      const proxy = readProxy(this.proxyFor(`https://${target}`));
      if (proxy === null) return secured();
      this.openTunnel(proxy, target)
        .then((socket) => created(null, secured(socket)))
        .catch(created);
    } catch (error) {
      created(error as Error);
    }
    return undefined;
  }

  override destroy(): void {
    for (const request of this.asking) request.destroy();
    super.destroy();
  }

  private openTunnel(
    { host, port, isSecure, authorization }: Proxy,
    target: string,
  ): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const headers = {
        Host: target,
        ...(authorization !== null && { 'Proxy-Authorization': authorization }),
      };
      const request = (isSecure ? httpsRequest : httpRequest)({
        method: 'CONNECT',
        path: target,
        host,
        port,
        headers,
        agent: false,
        timeout: CONNECT_LIMIT_MS,
        ...(isSecure && { ...this.trust(), servername: serverNameOf(host) }),
      });
      this.asking.add(request);
      const fail = (message: string): void =>
        void request.destroy(new NetworkError('network', message));
      request.on('timeout', () => fail(`The proxy gave no tunnel within ${CONNECT_LIMIT_MS} ms`));
      request.on('error', reject);
      request.on('close', () => this.asking.delete(request));
      request.on('connect', (response, socket) => {
        socket.setTimeout(0);
        if (response.statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(
          new NetworkError(
            'network',
            `The proxy refused a tunnel with status ${response.statusCode}`,
          ),
        );
      });
      request.end();
    });
  }
}

/** Host and port as a URL writes them. */
function targetOf({ host = 'localhost', port }: RequestOptions): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port ?? ''}`;
}

/** For TLS an address is no name. */
function serverNameOf(host: string | undefined): string {
  return host === undefined || /^[\d.]+$|:/.test(host) ? '' : host;
}

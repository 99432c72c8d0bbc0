/** A stand-in for Statsig's forward proxy: its streaming service (NEWER.md 19) over HTTP/2. */
import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What it was asked, and the means to answer. */
export class StandIn {
  /** Bodies of requests for streams. */
  readonly requests: Buffer[] = [];
  readonly streams = new Set<ServerHttp2Stream>();
  readonly sessions = new Set<ServerHttp2Session>();
  /** Sent first on each stream; null: nothing. */
  first: Buffer | null = null;
  /** Streams are refused. */
  isRefusing = false;

  private constructor(
    private readonly server: Http2Server,
    readonly url: string,
  ) {
    server.on('session', (session) => {
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session)).on('error', () => undefined);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => undefined);
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => this.answer(stream, headers[':path'] ?? '', Buffer.concat(parts)));
    });
  }

  static async start(tls?: SecureServerOptions): Promise<StandIn> {
    const server = tls === undefined ? createServer() : (createSecureServer(tls) as Http2Server);
    server.on('error', () => undefined).on('sessionError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new StandIn(server, `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`);
  }

  /** A message on every stream. */
  send(bytes: Buffer): void {
    for (const stream of this.streams) stream.write(bytes);
  }

  /** Ends every stream as a proxy does that restarts. */
  drop(): void {
    for (const session of this.sessions) session.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(stream: ServerHttp2Stream, path: string, body: Buffer): void {
    this.requests.push(body);
    const isKnown = path === '/statsig_forward_proxy.StatsigForwardProxy/StreamConfigSpec';
    const base = { ':status': 200, 'content-type': 'application/grpc' };
    if (this.isRefusing || !isKnown) {
      stream.respond({ ...base, 'grpc-status': isKnown ? '14' : '12' }, { endStream: true });
      return;
    }
    stream.respond(base);
    this.streams.add(stream);
    stream.on('close', () => this.streams.delete(stream));
    if (this.first !== null) stream.write(this.first);
  }
}

/** A frame with specs, as the proxy sends it. */
export function message(specs: unknown, lastUpdated = 5): Buffer {
  const spec = Buffer.from(typeof specs === 'string' ? specs : JSON.stringify(specs));
  const body = Buffer.concat([
    Buffer.from([0x0a]),
    varint(spec.length),
    spec,
    Buffer.from([0x10]),
    varint(lastUpdated),
  ]);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

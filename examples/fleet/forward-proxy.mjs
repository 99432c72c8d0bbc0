// A stand-in for Statsig's forward proxy: it asks an origin for config specs, and hands them on over
// HTTP and over the proxy's streaming service (gRPC by HTTP/2). It is no proxy to run: no limits, no
// TLS, no Redis, one key.
//
//   node forward-proxy.mjs '{"origin": "http://127.0.0.1:4000", "key": "secret-…", "port": 8000, "streamPort": 50051}'
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { pathToFileURL } from 'node:url';

const STREAM = '/statsig_forward_proxy.StatsigForwardProxy/StreamConfigSpec';
const SIGN_OF_LIFE = '{"has_updates":false}';

export class ForwardProxy {
  /** Open streams; each with the version that it asked for. */
  streams = new Map();
  sessions = new Set();
  connections = 0;
  /** Payloads by version, as text. */
  specs = new Map();

  constructor({ origin, key, pollMs = 1000 }) {
    Object.assign(this, { origin, key, pollMs });
    this.http = createHttp((request, response) => this.#answer(request, response));
    this.http2 = createHttp2()
      .on('session', (session) => {
        this.connections++;
        this.sessions.add(session);
        session.on('close', () => this.sessions.delete(session)).on('error', () => undefined);
      })
      .on('stream', (stream, headers) => this.#stream(stream, headers))
      .on('sessionError', () => undefined);
  }

  /** Ports of 0 are whichever are free. */
  async listen({ port = 0, streamPort = 0 } = {}) {
    if (this.origin !== undefined) await this.poll();
    await once(this.http.listen(port, '127.0.0.1'), 'listening');
    await once(this.http2.listen(streamPort, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${this.http.address().port}`;
    this.streamUrl = `http://127.0.0.1:${this.http2.address().port}`;
    if (this.origin !== undefined) this.timer = setInterval(() => void this.poll(), this.pollMs);
    this.signs = setInterval(
      () => this.#each((stream) => stream.write(message(SIGN_OF_LIFE))),
      30_000,
    );
    return this;
  }

  /** Asks the origin; what changed goes to every stream. */
  async poll() {
    try {
      const since = JSON.parse(this.specs.get(1) ?? '{}').time ?? 0;
      const url = `${this.origin}/v1/download_config_specs/${this.key}.json?sinceTime=${since}`;
      const response = await fetch(url);
      if (!response.ok) return;
      const text = await response.text();
      if (JSON.parse(text).has_updates === true) this.publish(text);
    } catch {
      // What it has goes on to serve.
    }
  }

  /** Gives a payload to every stream of the version. */
  publish(text, version = 1) {
    this.specs.set(version, text);
    const bytes = message(text);
    this.#each((stream, asked) => asked === version && stream.write(bytes));
  }

  #each(tell) {
    for (const [stream, version] of this.streams) tell(stream, version);
  }

  #answer({ url = '' }, response) {
    const text = this.specs.get(url.startsWith('/v2/') ? 2 : 1);
    const isKnown = url.includes(`/download_config_specs/${this.key}.json`);
    response.writeHead(isKnown && text !== undefined ? 200 : 404, {
      'content-type': 'application/json',
    });
    response.end(isKnown ? text : undefined);
  }

  #stream(stream, headers) {
    const parts = [];
    stream.on('error', () => undefined).on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const { key, version } = requestIn(Buffer.concat(parts));
      const status = headers[':path'] !== STREAM ? 12 : key !== this.key ? 16 : 0;
      const head = { ':status': 200, 'content-type': 'application/grpc' };
      if (status !== 0)
        return stream.respond({ ...head, 'grpc-status': String(status) }, { endStream: true });
      stream.respond(head);
      this.streams.set(stream, version);
      stream.on('close', () => this.streams.delete(stream));
      const text = this.specs.get(version);
      if (text !== undefined) stream.write(message(text));
    });
  }

  /** Every connection breaks. */
  drop() {
    for (const session of this.sessions) session.destroy();
  }

  async close() {
    clearInterval(this.timer);
    clearInterval(this.signs);
    this.drop();
    this.http.closeAllConnections();
    const closed = [once(this.http.close(), 'close'), once(this.http2.close(), 'close')];
    await Promise.all(closed);
  }
}

/** A message in gRPC's frame: `spec` and `lastUpdated`. */
export function message(text, lastUpdated = 1) {
  const spec = Buffer.from(text);
  const body = [
    Buffer.from([0x0a]),
    varint(spec.length),
    spec,
    Buffer.from([0x10]),
    varint(lastUpdated),
  ];
  const header = Buffer.alloc(5);
  header.writeUInt32BE(
    body.reduce((sum, { length }) => sum + length, 0),
    1,
  );
  return Buffer.concat([header, ...body]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** `sdkKey` (1) and `version` (3) of a framed request; other fields are passed over. */
function requestIn(frame) {
  const found = { key: '', version: 2 };
  let at = 5;
  const next = () => {
    let value = 0;
    for (let scale = 1; at < frame.length; scale *= 128) {
      const byte = frame[at++];
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < frame.length) {
    const tag = next();
    const value = next();
    if (tag === 0x18) found.version = value;
    if (tag % 8 !== 2) continue;
    if (tag === 0x0a) found.key = frame.toString('utf8', at, at + value);
    at += value;
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const settings = JSON.parse(process.argv[2] ?? '{}');
  await new ForwardProxy(settings).listen(settings);
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

// The local server of the benchmark, in a process of its own: projects for every SDK, and a sink
// that counts events. The project is part of the SDK key: `secret-<project>--<anything>`. Control
// goes over IPC, so it costs the SDKs nothing.
import { createServer } from 'node:http';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ID_LIST, flagCount, listLine, listMember, text } from './payloads/index.mjs';
import { flags, toUnleash } from './payloads/flags.mjs';

/** Specs are compressed for keys like `secret-<project>--br-<anything>`, as real services do. */
const encodingOf = (key) => /--(br|gzip)-/.exec(key)?.[1];
const packers = {
  gzip: gzipSync,
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
};
const packed = new Map();
const projectOf = (key) => /^secret-(.+?)--/.exec(key ?? '')?.[1] ?? 'specs150';
const bodies = new Map();
const bumps = new Map();
const counters = new Map();
const served = new Map();

/** Wire bytes; a bumped project has a later `time` and another salt in one of its specs. */
function payload(key, version) {
  const project = projectOf(key);
  const id = `${project}/${version}`;
  if (!bodies.has(id)) bodies.set(id, template(text(project, version)));
  const body = bodies.get(id);
  const bump = bumps.get(key) ?? 0;
  const time = body.time + bump;
  const inserted = { time: `"time":${time}`, salt: bump === 0 ? '' : `${bump}-` };
  const pieces = body.pieces.map((piece) => Buffer.from(inserted[piece] ?? piece));
  return { time, bytes: Buffer.concat(pieces) };
}

/** A payload as bytes, with names where something is inserted. */
function template(raw) {
  const time = /"time":\s*(\d{13})/.exec(raw);
  const salt = raw.indexOf('"salt":"') + '"salt":"'.length;
  const places = [
    { name: 'time', from: time.index, to: time.index + time[0].length },
    { name: 'salt', from: salt, to: salt },
  ].sort((a, b) => a.from - b.from);
  const pieces = [];
  let at = 0;
  for (const { name, from, to } of places) {
    pieces.push(Buffer.from(raw.slice(at, from)), name);
    at = to;
  }
  return { time: Number(time[1]), pieces: [...pieces, Buffer.from(raw.slice(at))] };
}

let listBytes;
function idList() {
  if (!listBytes) {
    const lines = [];
    for (let i = 0; i < ID_LIST.size; i++) lines.push(listLine(listMember(i)));
    listBytes = Buffer.from(lines.join(''));
  }
  return listBytes;
}

function count(key, events, bytes) {
  const entry = counters.get(key) ?? { events: 0, requests: 0, bytes: 0, lastMs: 0 };
  entry.events += events;
  entry.requests += 1;
  entry.bytes += bytes;
  entry.lastMs = Date.now();
  counters.set(key, entry);
}

/** The specs as they go out, compressed once: at the time of `warm` and `bump`, not of a download. */
function wire(key, version) {
  const { time, bytes } = payload(key, version);
  const encoding = encodingOf(key);
  if (encoding === undefined) return { time, bytes };
  const id = `${projectOf(key)}/${version}/${encoding}/${time}`;
  if (!packed.has(id)) packed.set(id, packers[encoding](bytes));
  return { time, bytes: packed.get(id), encoding };
}

function reply(res, status, body, type = 'application/json', encoding = undefined) {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  res.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
  res.end(bytes);
}

function specs(url, res) {
  const [, version, key] = /\/v([12])\/download_config_specs\/(.+)\.json/.exec(url.pathname);
  const { time, bytes, encoding } = wire(key, Number(version));
  const since = Number(url.searchParams.get('sinceTime') ?? 0);
  if (since >= time) return reply(res, 200, { has_updates: false });
  served.set(key, time);
  return reply(res, 200, bytes, 'application/json', encoding);
}

function lists(key, res) {
  if (projectOf(key) !== 'idlist') return reply(res, 200, {});
  const url = `http://127.0.0.1:${server.address().port}/idlist/${ID_LIST.name}`;
  return reply(res, 200, {
    [ID_LIST.name]: {
      name: ID_LIST.name,
      size: idList().length,
      url,
      fileID: 'bench-1',
      creationTime: 1,
    },
  });
}

function listFile(req, res) {
  const start = Number(/bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0);
  return reply(res, start ? 206 : 200, idList().subarray(start), 'text/plain');
}

/**
 * Every vendor's event endpoint answers at once; counting happens where the number is told or is
 * one per request.
 */
function events(req, key, bytes, body, res) {
  const told = Number(req.headers['statsig-event-count'] ?? NaN);
  let number = told;
  if (Number.isNaN(number)) {
    try {
      const parsed = JSON.parse(body);
      number = Array.isArray(parsed) ? parsed.length : (parsed.events?.length ?? 1);
    } catch {
      number = 1;
    }
  }
  count(key, number, bytes);
  return reply(res, 202, { success: true });
}

function route(req, res, body) {
  const url = new URL(req.url, 'http://127.0.0.1');
  const path = url.pathname;
  const key =
    req.headers['statsig-api-key'] ??
    url.searchParams.get('client_key') ??
    req.headers.authorization ??
    '';
  if (path.includes('/download_config_specs/')) return specs(url, res);
  if (path.includes('/get_id_lists'))
    return lists(key || /get_id_lists\/(.+)\.json/.exec(path)?.[1], res);
  if (path.startsWith('/idlist/')) return listFile(req, res);
  if (path.endsWith('/client/features'))
    return reply(res, 200, { version: 2, features: toUnleash(flags(flagCount(projectOf(key)))) });
  return events(
    req,
    key,
    body.length,
    body.length < 5e6 && !req.headers['content-encoding'] ? body.toString() : '',
    res,
  );
}

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    try {
      route(req, res, Buffer.concat(chunks));
    } catch (error) {
      reply(res, 500, String(error));
    }
  });
});

const control = {
  events: ({ key }) => counters.get(key) ?? { events: 0, requests: 0, bytes: 0, lastMs: 0 },
  served: ({ key }) => served.get(key) ?? 0,
  /** The project's `time` moves on; returns the new one. */
  bump: ({ key }) => {
    bumps.set(key, (bumps.get(key) ?? 0) + 1000);
    wire(key, 1);
    return wire(key, 2).time;
  },
  warm: ({ key }) =>
    (projectOf(key) === 'idlist' ? idList().length : 0) +
    wire(key, 1).bytes.length +
    wire(key, 2).bytes.length,
};

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('message', ({ id, command, ...rest }) => {
  try {
    process.send({ id, result: control[command](rest) });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));

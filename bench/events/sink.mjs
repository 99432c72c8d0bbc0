// The server of the event scripts, in a process of its own: a small project, and a `log_event` that
// fails as told. Control goes over IPC: {fault} sets what happens from now on, {ask} is answered
// with what arrived.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const rule = {
  name: 'r',
  id: 'all',
  salt: 'r',
  passPercentage: 100,
  idType: 'userID',
  returnValue: true,
  groupName: null,
  conditions: [
    {
      type: 'public',
      targetValue: null,
      operator: null,
      field: null,
      additionalValues: {},
      idType: 'userID',
    },
  ],
};
const gate = (name) => ({
  name,
  type: 'feature_gate',
  salt: name,
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  entity: 'feature_gate',
  isDeviceBased: false,
  rules: [rule],
});
const names = Array.from({ length: 20 }, (_, i) => `gate_${i}`);
const time = 1_700_000_000_000;
const v1 = {
  has_updates: true,
  time,
  feature_gates: names.map(gate),
  dynamic_configs: [],
  layer_configs: [],
  layers: {},
  id_lists: {},
};
const v2 = {
  has_updates: true,
  time,
  feature_gates: {},
  dynamic_configs: {},
  layer_configs: {},
  condition_map: {},
  layers: {},
  id_lists: {},
  experiment_to_layer: {},
};

let state;
const reset = () => {
  state = {
    arrived: 0,
    unique: new Set(),
    duplicates: 0,
    diagnostics: 0,
    requests: 0,
    wireBytes: 0,
    lastMs: 0,
    times: [],
  };
};
reset();
/** {kinds: [kind for the 1st request, 2nd, …], then: kind, keep: remember which events arrived} */
let fault = { kinds: [], then: 'ok', keep: false };
const open = new Set();

function take(req, body) {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  const isJson = isGzip || body[0] === 0x7b;
  if (!isJson || !fault.keep) {
    state.arrived += Number(
      req.headers['statsig-event-count'] ??
        (isJson ? JSON.parse(isGzip ? gunzipSync(body) : body).events.length : 0),
    );
    return;
  }
  for (const { eventName, metadata } of JSON.parse(isGzip ? gunzipSync(body) : body).events) {
    if (eventName === 'statsig::diagnostics' || metadata?.n === undefined) {
      state.diagnostics++;
      continue;
    }
    if (state.unique.has(metadata.n)) state.duplicates++;
    state.unique.add(metadata.n);
  }
  state.arrived = state.unique.size;
}

/** A head and then one byte a second: alive, and never done. */
function trickle(res) {
  res.writeHead(202, { 'content-type': 'application/json', 'content-length': 1000 });
  const timer = setInterval(() => (res.destroyed ? clearInterval(timer) : res.write(' ')), 1000);
}

const answers = {
  ok: (res) => res.writeHead(202, { 'content-type': 'application/json' }).end('{"success":true}'),
  500: (res) => res.writeHead(500).end('{}'),
  429: (res) => res.writeHead(429, { 'Retry-After': '1' }).end('{}'),
  413: (res) => res.writeHead(413).end('{}'),
  reset: (res) => res.socket?.resetAndDestroy?.() ?? res.destroy(),
  silent: () => undefined,
  slow: trickle,
};

function events(req, res, body) {
  state.times.push(Date.now());
  const kind = fault.kinds[state.requests++] ?? fault.then;
  if (kind === 'ok') {
    take(req, body);
    state.wireBytes += body.length;
    state.lastMs = Date.now();
  }
  answers[kind](res);
}

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('error', () => undefined);
  req.on('end', () => {
    if (req.url.includes('/log_event')) return events(req, res, Buffer.concat(chunks));
    if (req.url.includes('/v2/download_config_specs')) return res.end(JSON.stringify(v2));
    if (req.url.includes('/download_config_specs')) return res.end(JSON.stringify(v1));
    return res.end('{}');
  });
});
server.requestTimeout = 0;
server.on('connection', (socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
});

let port = 0;
const listen = () =>
  server.listen(port, '127.0.0.1', () => {
    port = server.address().port;
    process.send({ port });
  });
listen();

process.on('message', (message) => {
  if (message.fault) {
    fault = { kinds: [], then: 'ok', keep: false, ...message.fault };
    reset();
    process.send({ done: true });
  }
  if (message.ask) {
    const { unique: _unique, ...told } = state;
    process.send({ state: told });
  }
  if (message.down) {
    server.close();
    for (const socket of open) socket.destroy();
    process.send({ done: true });
  }
  if (message.up) listen();
});
process.on('disconnect', () => process.exit(0));

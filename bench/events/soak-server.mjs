// The server of soak.mjs, in a process of its own: a project that changes, ID lists that grow, are
// made anew, come and go, and a `log_event` that counts each event once. It fails in turns, unless
// told to be well. Control goes over IPC.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { listLine } from '../payloads/index.mjs';
import { mixedProject } from '../payloads/statsig.mjs';

const UPDATED_EVERY_MS = 7000;
const LIST_LINES = 20_000;
const LINES_EACH = 500;
/** What the server does at each second of a round, the last entry to its end. */
const ROUND_SECONDS = 120;
const TROUBLES = [
  { from: 0, kind: 'well' },
  { from: 50, kind: 'refusing' },
  { from: 65, kind: 'resetting' },
  { from: 75, kind: 'silent' },
  { from: 85, kind: 'asking for patience' },
  { from: 90, kind: 'finding batches long' },
  { from: 95, kind: 'losing answers' },
  { from: 100, kind: 'well' },
];

const started = Date.now();
let isWell = false;
const trouble = () =>
  isWell
    ? 'well'
    : TROUBLES.findLast(({ from }) => from <= ((Date.now() - started) / 1000) % ROUND_SECONDS).kind;

const projects = [150, 160].map((gates) =>
  mixedProject({ gates, configs: 30, experiments: 30, layers: 15 }),
);
for (const project of projects) {
  project.feature_gates.push(memberGate('steady'), memberGate('passing'));
  project.id_lists = { steady: true, passing: true };
}

function memberGate(list) {
  const conditions = [
    {
      type: 'unit_id',
      field: null,
      operator: 'in_segment_list',
      targetValue: list,
      additionalValues: {},
      idType: 'userID',
    },
  ];
  const rule = {
    name: 'in',
    id: 'in',
    salt: 'in',
    passPercentage: 100,
    returnValue: true,
    idType: 'userID',
    groupName: null,
    conditions,
  };
  return {
    name: `member_of_${list}`,
    type: 'feature_gate',
    entity: 'feature_gate',
    salt: list,
    enabled: true,
    defaultValue: false,
    idType: 'userID',
    rules: [rule],
  };
}

function specs({ url }) {
  const version = Math.floor((Date.now() - started) / UPDATED_EVERY_MS);
  if (Number(/sinceTime=(\d+)/.exec(url)?.[1] ?? 0) >= 1_700_000_000_000 + version)
    return '{"has_updates":false}';
  state.updates++;
  return JSON.stringify({ ...projects[version % 2], time: 1_700_000_000_000 + version });
}

/** A list of a generation grows to twice its length; then the next one begins. */
const lines = Array.from({ length: 2 * LIST_LINES }, (_, i) => listLine(`member-${i}`)).join('');
const lineBytes = lines.length / (2 * LIST_LINES);

function list() {
  const steps = Math.floor((Date.now() - started) / 5000);
  const each = LIST_LINES / LINES_EACH;
  return {
    generation: Math.floor(steps / each),
    size: (LIST_LINES + (steps % each) * LINES_EACH) * lineBytes,
  };
}

function index(base) {
  const { generation, size } = list();
  const entry = (name) => ({
    name,
    size,
    url: `${base}/list/${name}`,
    fileID: `${name}-${generation}`,
    creationTime: 1 + generation,
  });
  return JSON.stringify({
    steady: entry('steady'),
    ...(Math.floor((Date.now() - started) / 20_000) % 2 ? { passing: entry('passing') } : {}),
  });
}

function listFile(req, res) {
  const from = Number(/bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0);
  const body = lines.slice(from, list().size);
  state.listParts++;
  res.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length }).end(body);
}

/** `own`: the SDK's own diagnostics, which are not among the others. */
const state = {
  arrived: 0,
  custom: 0,
  own: 0,
  batchesTwice: 0,
  requests: 0,
  updates: 0,
  listParts: 0,
};
const batches = new Set();
/** One bit for each custom event. */
let seen = new Uint8Array(1 << 20);

function take(req, body) {
  const id = req.headers['statsig-event-batch-id'];
  if (batches.has(id)) return void state.batchesTwice++;
  batches.add(id);
  const { events } = JSON.parse(body[0] === 0x1f ? gunzipSync(body) : body);
  for (const { eventName, metadata } of events) {
    if (eventName === 'statsig::diagnostics') state.own++;
    else state.arrived++;
    if (metadata?.n !== undefined) mark(Number(metadata.n));
  }
}

function mark(n) {
  if (n >> 3 >= seen.length) seen = Buffer.concat([seen, new Uint8Array(seen.length)]);
  if ((seen[n >> 3] & (1 << (n & 7))) === 0) state.custom++;
  seen[n >> 3] |= 1 << (n & 7);
}

const log = {
  well: (req, res, body) => {
    take(req, body);
    res.writeHead(202).end('{"success":true}');
  },
  refusing: (_, res) => res.writeHead(500).end('{}'),
  'asking for patience': (_, res) => res.writeHead(429, { 'Retry-After': '1' }).end('{}'),
  'finding batches long': (req, res, body) =>
    Number(req.headers['statsig-event-count']) > 200
      ? res.writeHead(413).end('{}')
      : log.well(req, res, body),
  'losing answers': (req, res, body) => {
    take(req, body);
    res.socket?.resetAndDestroy();
  },
};

function route(req, res, body) {
  const now = trouble();
  if (now === 'silent') return;
  if (now === 'resetting') return void res.socket?.resetAndDestroy();
  if (req.url.includes('/log_event')) {
    state.requests++;
    return log[now](req, res, body);
  }
  if (now === 'refusing') return res.writeHead(503).end();
  if (req.url.includes('/download_config_specs')) return res.end(specs(req));
  if (req.url.includes('/get_id_lists'))
    return res.end(index(`http://127.0.0.1:${server.address().port}`));
  if (req.url.startsWith('/list/')) return listFile(req, res);
  return res.end('{}');
}

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('error', () => undefined);
  req.on('end', () => route(req, res, Buffer.concat(chunks)));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', (message) => {
  if (message.well) isWell = true;
  process.send({ state: { ...state, trouble: trouble() } });
});
process.on('disconnect', () => process.exit(0));

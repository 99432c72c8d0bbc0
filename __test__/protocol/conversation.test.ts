/**
 * The same life of an SDK gives the same requests as statsig-node, but for the differences listed
 * here.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { createLocalServer } from '../../src/local-server';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES } from '../api/support';
import { converse, KEY, START, type Line } from './conversation';

type Conversation = Record<string, Line[]>;

let theirs: Conversation = {};

test.before(async () => {
  const script = join(__dirname, 'statsig-node-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--require=tsx/cjs', script]);
  theirs = JSON.parse(stdout) as Conversation;
});

/**
 * What the documented differences make of statsig-node's conversation. Each must still make a
 * difference.
 */
const DIFFERENCES: Record<string, (conversation: Conversation) => void> = {
  'Q24: shutdown starts no new syncs': (conversation) => {
    const name = 'events that shutdown sends';
    conversation[name] = (conversation[name] ?? []).filter(({ request }) =>
      request.includes('/log_event'),
    );
  },
  'each batch of events carries an ID, the same for every attempt at it': (conversation) => {
    for (const line of batches(conversation))
      line.others = line.others.replace('user-agent', 'statsig-event-batch-id user-agent');
  },
  'statsigMetadata of a batch also says who speaks in truth': (conversation) => {
    for (const { body } of batches(conversation)) {
      Object.assign((body as { statsigMetadata: object }).statsigMetadata, {
        packageName: 'string',
        packageVersion: 'string',
        engine: 'string',
      });
    }
  },
};

function batches(conversation: Conversation): Line[] {
  return Object.values(conversation)
    .flat()
    .filter(({ request }) => request.includes('/log_event'));
}

/** Name, version and engine of this package differ from run to run; their presence does not. */
function withoutVersions(conversation: Conversation): Conversation {
  for (const { body } of batches(conversation)) {
    const { statsigMetadata } = body as { statsigMetadata: Record<string, unknown> };
    for (const name of ['packageName', 'packageVersion', 'engine'])
      statsigMetadata[name] = typeof statsigMetadata[name];
  }
  return conversation;
}

test('statsig-node asked what the scenario is about', (t) => {
  const asked = Object.values(theirs)
    .flat()
    .map(({ request }) => request.replace(/\/file_\d+/, '/FILE'));
  t.deepEqual([...new Set(asked)].sort(), [
    'GET /id_lists/FILE',
    'GET /v1/download_config_specs/secret-conversation.json',
    'GET /v1/download_config_specs/secret-conversation.json?sinceTime=1000',
    'GET /v1/download_config_specs/secret-conversation.json?sinceTime=2000',
    'POST /v1/get_id_lists',
    'POST /v1/log_event',
  ]);
  const ranges = (theirs['growth of an ID list'] ?? [])
    .map(({ headers }) => headers['range'])
    .filter(Boolean);
  t.deepEqual(ranges, ['bytes=10-']);
});

test('each listed difference is one', (t) => {
  for (const [name, apply] of Object.entries(DIFFERENCES)) {
    const conversation = structuredClone(theirs);
    apply(conversation);
    t.notDeepEqual(conversation, theirs, name);
  }
});

for (const engine of ENGINES) {
  test(`${engine}: the same requests, step by step`, async (t) => {
    const local = await createLocalServer(START);
    const logger = { warn() {}, error() {}, logLevel: 'none' as const };
    const mine = withoutVersions(
      await converse(new StatsigServer(KEY, { api: local.api, logger, engine }), local),
    );
    await local.close(0);
    const expected = structuredClone(theirs);
    for (const apply of Object.values(DIFFERENCES)) apply(expected);
    // The engine is forced here, which the account of the options says.
    for (const line of batches(mine)) forgetEngineOption(line.body);
    for (const [step, lines] of Object.entries(expected)) t.deepEqual(mine[step], lines, step);
    t.deepEqual(Object.keys(mine), Object.keys(expected));
  });
}

function forgetEngineOption(body: unknown): void {
  for (const { metadata } of (
    body as { events: { metadata: { statsigOptions?: Record<string, unknown> } | null }[] }
  ).events) {
    delete metadata?.statsigOptions?.['engine'];
  }
}

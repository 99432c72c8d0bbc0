/**
 * Several processes over one real redis-server: a writer that syncs from the network, readers that
 * poll Redis and ask the network for nothing but events. Redis is away at the start, dies, comes
 * back empty and holds junk; every check is answered all the while, and every exposure arrives.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { createClient } from 'redis';
import { createLocalServer, type LocalServer } from '../../src/local-server';
import { payload } from '../api/support';
import type { Report, Role } from './redis-process';
import { freePort, kill, startRedis, withRedis } from './redis-server';

const KEY_HASH = createHash('sha256').update('secret-redis-processes').digest('base64');
const SPECS_KEY = `statsig|/v1/download_config_specs|plain_text|${KEY_HASH}`;
const WAIT_MS = 20_000;

/** One SDK process. */
class Process {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(t: ExecutionContext, role: Role): Promise<Process> {
    const child = fork(join(__dirname, 'redis-process.ts'), [JSON.stringify(role)], {
      execArgv: ['--require=tsx/cjs'],
    });
    t.teardown(() => kill(child));
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${role.name} ended with ${code}`)));
    });
    return new Process(role.name, child);
  }

  ask(command: 'start' | 'report' | 'stop'): Promise<Report> {
    const { child, name } = this;
    return new Promise((resolve, reject) => {
      const onMessage = (report: unknown): void => {
        child.off('exit', onExit);
        resolve(report as Report);
      };
      const onExit = (code: number | null): void => reject(new Error(`${name} ended with ${code}`));
      child.once('message', onMessage);
      child.once('exit', onExit);
      child.send(command);
    });
  }

  /** Asks until the report is as wanted, and for at least `moreChecks` checks from now. */
  async until(isWanted: (report: Report) => boolean, moreChecks = 1): Promise<Report> {
    const from = (await this.ask('report')).checks;
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const report = await this.ask('report');
      if (isWanted(report) && report.checks >= from + moreChecks) return report;
      if (Date.now() > end)
        throw new Error(`${this.name} did not get there: ${JSON.stringify(report)}`);
      await setTimeout(50);
    }
  }
}

const listed = {
  name: 'listed',
  type: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  entity: 'feature_gate',
  rules: [
    {
      name: 'r',
      id: 'r',
      salt: 'rs',
      passPercentage: 100,
      idType: 'userID',
      returnValue: true,
      groupName: null,
      conditions: [
        {
          type: 'unit_id',
          targetValue: 'members',
          operator: 'in_segment_list',
          field: null,
          additionalValues: {},
          idType: 'userID',
        },
      ],
    },
  ],
};

function specs(time: number, text: string): Record<string, unknown> {
  const project = payload({ time });
  const config = { ...project.dynamic_configs[0], defaultValue: { text }, rules: [] };
  return {
    ...project,
    feature_gates: [...project.feature_gates, listed],
    dynamic_configs: [config],
  };
}

/**
 * The service that writers sync from, and one that takes readers' events and refuses everything
 * else.
 */
async function services(
  t: ExecutionContext,
): Promise<{ origin: LocalServer; events: LocalServer }> {
  const origin = await createLocalServer({
    specs: specs(1, 'one'),
    idLists: { members: ['member'] },
  });
  const events = await createLocalServer({ maxEvents: 1_000_000 });
  events.fail({ route: 'specs', status: 503 });
  events.fail({ route: 'idListIndex', status: 503 });
  t.teardown(() => Promise.all([origin.close(), events.close()]));
  return { origin, events };
}

/** How many of a process's own users were exposed. */
const exposed = (server: LocalServer, name: string): number =>
  server
    .events()
    .filter(
      ({ eventName, event }) =>
        eventName === 'statsig::gate_exposure' &&
        String((event['user'] as { userID?: string }).userID).startsWith(`${name}-`),
    ).length;

const asked = (server: LocalServer): number =>
  server.requests('specs').length + server.requests('idListIndex').length;

withRedis(
  'one writer, three readers; redis-server is killed and comes back empty: no check is lost',
  async (t) => {
    const { origin, events } = await services(t);
    const port = await freePort();
    let redis = await startRedis(port);
    t.teardown(() => kill(redis));
    const role = { redis: `redis://127.0.0.1:${port}` };
    const writer = await Process.start(t, {
      ...role,
      name: 'writer',
      api: origin.api,
      isReader: false,
    });
    t.is(
      (await writer.ask('start')).initialized,
      'true Network error',
      'an empty Redis is told, the network serves',
    );
    const readers = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        Process.start(t, { ...role, name, api: events.api, isReader: true }),
      ),
    );
    const all = [writer, ...readers];
    for (const reader of readers) t.is((await reader.ask('start')).initialized, 'true DataAdapter');
    const everyone = (wanted: (report: Report) => boolean): Promise<Report[]> =>
      Promise.all(all.map((process) => process.until(wanted, 100)));

    await everyone(({ text, inList }) => text === 'one' && inList);
    origin.setSpecs(specs(2, 'two'));
    origin.setIdList('members', []);
    await everyone(({ text, inList }) => text === 'two' && !inList);

    await kill(redis);
    await everyone(({ text }) => text === 'two');
    origin.setSpecs(specs(3, 'three'));
    await writer.until(({ text }) => text === 'three');
    await Promise.all(readers.map((reader) => reader.until(({ text }) => text === 'two', 200)));

    redis = await startRedis(port);
    await everyone(({ text, reason }) => text === 'three' && reason !== 'Uninitialized');

    const client = await createClient({ url: role.redis }).connect();
    t.teardown(() => client.destroy());
    await client.set(SPECS_KEY, '{"has_updates":true,"junk');
    await everyone(({ text }) => text === 'three');
    await client.set(SPECS_KEY, Buffer.from([0xff, 0x00, 0xfe]).toString('latin1'));
    await everyone(({ text }) => text === 'three');
    const late = await Process.start(t, { ...role, name: 'late', api: events.api, isReader: true });
    t.is(
      (await late.ask('start')).initialized,
      'false none error',
      'junk is no source, and its network is refused',
    );
    origin.setSpecs(specs(4, 'four'));
    await Promise.all(
      [...all, late].map((process) => process.until(({ text }) => text === 'four', 50)),
    );

    t.is((await late.ask('stop')).errors.length, 0);
    const ends = await Promise.all(all.map((process) => process.ask('stop')));
    t.deepEqual(
      ends.map(({ errors }) => errors),
      [[], [], [], []],
    );
    t.deepEqual(
      ends.map(({ checks, passed }) => checks - passed),
      [0, 0, 0, 0],
      'every check gave the right answer',
    );
    t.deepEqual(
      ends.map(({ undelivered }) => undelivered),
      [0, 0, 0, 0],
    );
    const arrived = [
      exposed(origin, 'writer'),
      ...['one', 'two', 'three'].map((name) => exposed(events, name)),
    ];
    t.deepEqual(
      arrived,
      ends.map(({ checks }) => checks),
      'every check is an exposure that arrived',
    );
    t.true(ends.every(({ checks }) => checks > 500));
    t.log(`checks per process: ${ends.map(({ checks }) => checks).join(', ')}, lost 0`);
    t.is(
      events.requests('specs').length,
      1,
      'of the readers only the late one, without a copy, asked for specs',
    );
  },
);

withRedis(
  'redis-server is down at the start: the writer serves, readers wait for it and catch up',
  async (t) => {
    const { origin, events } = await services(t);
    const port = await freePort();
    const role = { redis: `redis://127.0.0.1:${port}` };
    const writer = await Process.start(t, {
      ...role,
      name: 'writer',
      api: origin.api,
      isReader: false,
    });
    t.is((await writer.ask('start')).initialized, 'true Network error');
    const reader = await Process.start(t, {
      ...role,
      name: 'reader',
      api: events.api,
      isReader: true,
    });
    t.is((await reader.ask('start')).initialized, 'false none error');
    t.is((await reader.until(() => true, 20)).reason, 'Uninitialized');
    const before = asked(events);
    t.teardown(() => kill(redis));
    const redis = await startRedis(port);
    const { reason, text, inList } = await reader.until(
      (report) => report.text === 'one' && report.inList,
      20,
    );
    t.deepEqual([reason, text, inList], ['DataAdapter', 'one', true]);
    t.true(before >= 2, 'without Redis the network was tried at the start');
    for (const process of [writer, reader]) t.deepEqual((await process.ask('stop')).errors, []);
  },
);

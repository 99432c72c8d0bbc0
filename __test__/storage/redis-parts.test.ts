/** `RedisDataAdapter` with clients that do as they are told, instead of a server. */
import test from 'ava';
import { fromIoredis, type IoredisClient, isIoredis } from '../../src/storage/ioredis';
import { type RedisClient, RedisDataAdapter } from '../../src/storage/redis';
import { settle, until } from '../network/fake-clock';

const nothing = (): Promise<null> => Promise.resolve(null);

/** A client that is connected by `open`, and fails to by `fail`. */
class FakeClient {
  isOpen = false;
  isReady = false;
  readonly calls: string[] = [];
  readonly listeners = new Map<string, ((error: unknown) => void)[]>();
  private settleConnect: { resolve(): void; reject(error: unknown): void } | null = null;
  get = nothing;
  set = nothing;

  connect(): Promise<void> {
    this.calls.push('connect');
    this.isOpen = true;
    return new Promise((resolve, reject) => (this.settleConnect = { resolve, reject }));
  }

  on(event: string, listener: (error: unknown) => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  say(event: string, error?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(error);
  }

  open(): Promise<void> {
    this.isReady = true;
    this.settleConnect!.resolve();
    return settle();
  }

  fail(error: unknown): Promise<void> {
    this.isOpen = false;
    this.settleConnect!.reject(error);
    return settle();
  }

  close = (): Promise<void> => Promise.resolve(void this.calls.push('close'));
  destroy = (): void => void this.calls.push('destroy');
  unref = (): void => void this.calls.push('unref');
}

/** The adapter's own client, as the package `redis` would make it. */
function own(client: object, more: object = {}): RedisDataAdapter {
  const path = require.resolve('redis');
  const before = require.cache[path];
  require(path);
  const made = require.cache[path]!;
  require.cache[path] = Object.assign(Object.create(made), {
    exports: { createClient: () => client },
  });
  try {
    return new RedisDataAdapter({ url: 'redis://there', ...more });
  } finally {
    if (before === undefined) delete require.cache[path];
    else require.cache[path] = before;
  }
}

test('a client or a url is needed', (t) => {
  const message = 'RedisDataAdapter needs a client or a url';
  t.throws(() => new RedisDataAdapter({}), { instanceOf: TypeError, message });
  t.throws(() => new RedisDataAdapter({ url: 5 as never }), { message });
  t.notThrows(() => new RedisDataAdapter({ client: { get: nothing, set: nothing } }));
});

test('a client of its own is connected, holds no process, and is closed', async (t) => {
  const client = new FakeClient();
  const adapter = own(client);
  const initialized = adapter.initialize();
  await client.open();
  await initialized;
  await adapter.shutdown();
  t.deepEqual(client.calls, ['unref', 'connect', 'close']);
});

test('one that is not ready is closed at once, by whichever name', async (t) => {
  for (const [shape, call] of [
    [{}, 'destroy'],
    [{ destroy: undefined }, 'disconnect'],
  ] as const) {
    const client = new FakeClient();
    client.isOpen = true;
    const disconnect = (): Promise<void> => Promise.resolve(void client.calls.push('disconnect'));
    await own(Object.assign(client, { disconnect, ...shape })).shutdown();
    t.is(client.calls.at(-1), call);
  }
  const quits = new FakeClient();
  const quit = (): Promise<void> => Promise.resolve(void quits.calls.push('quit'));
  const older = { isOpen: true, isReady: true, close: undefined, quit };
  await own(Object.assign(quits as object, older)).shutdown();
  t.is(quits.calls.at(-1), 'quit');
  const never = new FakeClient();
  await own(never).shutdown();
  t.deepEqual(never.calls, ['unref'], 'what was not opened is not closed');
});

test('a server that refuses is tried again in the background, and told', async (t) => {
  const client = new FakeClient();
  const told: unknown[] = [];
  const adapter = own(client, { onError: (error: unknown) => void told.push(error) });
  const initialized = adapter.initialize();
  const refused = new Error('refused');
  await client.fail(refused);
  await t.throwsAsync(initialized, { message: 'refused' });
  t.deepEqual(told, [refused]);
  await until(() => client.calls.length > 2);
  t.deepEqual(client.calls, ['unref', 'connect', 'connect']);
  await client.open();
  client.isOpen = false;
  client.isReady = false;
  client.say('error', new Error('lost'));
  client.say('error', new Error('lost'));
  await until(() => client.calls.length > 3);
  await client.open();
  await adapter.shutdown();
  t.is(client.calls.filter((call) => call === 'connect').length, 3);
});

test.serial('attempts come less often the more of them fail', async (t) => {
  const { setTimeout: real } = globalThis;
  t.teardown(() => (globalThis.setTimeout = real));
  const client = new FakeClient();
  const delays: number[] = [];
  const adapter = own(client);
  adapter.initialize().catch(() => undefined);
  for (let i = 0; i < 12; i++) {
    let next = (): void => undefined;
    globalThis.setTimeout = ((task: () => void, ms: number) => {
      delays.push(ms);
      next = task;
      return { unref: () => undefined };
    }) as never;
    const failed = client.fail(new Error('refused'));
    await failed;
    globalThis.setTimeout = real;
    next();
  }
  const bounds = delays.map((_, i) => Math.min(50 * 2 ** Math.min(i + 1, 10), 5_000));
  delays.forEach((ms, i) => t.true(ms >= bounds[i]! * 0.75 && ms <= bounds[i]!, `${i}: ${ms}`));
  t.is(delays.length, 12);
  await adapter.shutdown();
});

test('after the end there are no attempts', async (t) => {
  const client = new FakeClient();
  const adapter = own(client);
  const initialized = adapter.initialize();
  await adapter.shutdown();
  await client.fail(new Error('closed'));
  await t.throwsAsync(initialized);
  client.say('error', new Error('lost'));
  await new Promise((resolve) => setTimeout(resolve, 150));
  t.is(client.calls.filter((call) => call === 'connect').length, 1);
});

test('who does not answer in time is given up; the limit can be chosen', async (t) => {
  const adapter = own(new FakeClient(), { connectTimeoutMs: 20 });
  await t.throwsAsync(adapter.initialize(), { message: 'Redis did not answer within 20 ms' });
  await adapter.shutdown();
});

test('a client of the application is connected if it lets itself be, and told of its errors', async (t) => {
  const client = new FakeClient();
  const told: unknown[] = [];
  const onError = (error: unknown): Promise<never> => {
    told.push(error);
    return Promise.reject(error);
  };
  const adapter = new RedisDataAdapter({ client, onError });
  const initialized = adapter.initialize();
  await client.open();
  await initialized;
  client.say('error', new Error('lost'));
  client.isOpen = false;
  client.isReady = false;
  client.say('error', new Error('lost'));
  await settle();
  t.is(told.length, 2);
  await adapter.shutdown();
  t.deepEqual(client.calls, ['connect'], 'it reconnects by itself, and stays');
});

test('a client that somebody else connects is waited for', async (t) => {
  const client = new FakeClient();
  client.isOpen = true;
  const adapter = new RedisDataAdapter({ client });
  let isDone = false;
  const initialized = adapter.initialize().then(() => (isDone = true));
  await settle();
  t.false(isDone);
  client.isReady = true;
  client.say('ready');
  await initialized;
  t.deepEqual(client.calls, []);
});

test('a client that says nothing of its state is waited for while it connects', async (t) => {
  let connected = (): void => undefined;
  const cluster: RedisClient = {
    get: nothing,
    set: nothing,
    connect: () => new Promise<void>((resolve) => (connected = resolve)),
  };
  let isDone = false;
  const initialized = new RedisDataAdapter({ client: cluster })
    .initialize()
    .then(() => (isDone = true));
  await settle();
  t.false(isDone);
  connected();
  await initialized;
  await new RedisDataAdapter({ client: { get: nothing, set: nothing } }).initialize();
  t.pass('one that cannot be connected is as it is');
});

test('without a connection both commands fail at once', async (t) => {
  const adapter = new RedisDataAdapter({ client: new FakeClient() });
  const message = 'Redis is not connected';
  t.is((await adapter.get('k')).error?.message, message);
  await t.throwsAsync(adapter.set('k', 'v'), { message });
});

test('a hash is read by its field, other failures are errors', async (t) => {
  const reading = (error: unknown, more: object = {}) =>
    new RedisDataAdapter({
      client: { get: () => Promise.reject(error), set: nothing, ...more } as never,
      keyPrefix: 'p:',
    }).get('k');
  const wrong = new Error('WRONGTYPE Operation against a key');
  const hGet = (key: string, field: string) => Promise.resolve(`${key} ${field}`);
  t.deepEqual(await reading(wrong, { hGet }), { result: 'p:k config' });
  t.is((await reading(wrong)).error, wrong);
  const other = new Error('no WRONGTYPE');
  t.is((await reading(other, { hGet })).error, other);
  t.is((await reading('text', { hGet })).error?.message, 'Redis failed');
});

test('ioredis has other names for the same', async (t) => {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): Promise<string> => {
      calls.push([name, ...args]);
      return Promise.resolve(name);
    };
  const client = {
    status: 'wait',
    get: note('get'),
    set: note('set'),
    hget: note('hget'),
    connect: note('connect'),
    on: note('on'),
  };
  t.true(isIoredis(client as IoredisClient));
  t.false(isIoredis({ get: nothing, set: nothing }));
  t.false(isIoredis({ ...client, hGet: nothing } as never));
  t.false(isIoredis({ ...client, status: 5 } as never));
  const same = fromIoredis(client as IoredisClient);
  const states = ['wait', 'connecting', 'ready', 'reconnecting', 'end'].map((status) => {
    client.status = status;
    return [same.isOpen, same.isReady];
  });
  t.deepEqual(states, [
    [false, false],
    [true, false],
    [true, true],
    [true, false],
    [false, false],
  ]);
  await same.get('k');
  await same.set('k', 'v');
  await same.set('k', 'v', { EX: 5 });
  await same.hGet!('k', 'f');
  await same.connect!();
  const listener = (): void => undefined;
  same.on!('error', listener);
  t.deepEqual(calls, [
    ['get', 'k'],
    ['set', 'k', 'v'],
    ['set', 'k', 'v', 'EX', 5],
    ['hget', 'k', 'f'],
    ['connect'],
    ['on', 'error', listener],
  ]);
});

import test from 'ava';
import {
  Diagnostics,
  type DiagnosticsEvent,
  type DiagnosticsOptions,
  MAX_MARKERS,
} from '../../src/observability/diagnostics';
import { ExceptionReporter } from '../../src/observability/exception-report';
import { type LoggerInterface, type LogLevel, SafeLogger } from '../../src/observability/logger';

const KEY = 'secret-a+b/c';

function recording(logLevel: LogLevel): LoggerInterface & { calls: unknown[][] } {
  const calls: unknown[][] = [];
  const at =
    (level: string) =>
    (...args: unknown[]): void =>
      void calls.push([level, ...args]);
  return {
    calls,
    logLevel,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

test('levels let through what they name and what is graver', (t) => {
  const expected = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };
  for (const [level, count] of Object.entries(expected)) {
    const target = recording(level as LogLevel);
    const logger = new SafeLogger(target);
    for (const write of ['error', 'warn', 'info', 'debug'] as const) logger[write]('x');
    t.is(target.calls.length, count, level);
  }
});

test('the key is masked in texts, errors and URLs, wherever it stands and however often', (t) => {
  const target = recording('debug');
  const logger = new SafeLogger(target, [KEY, null, undefined, 'abc']);
  logger.warn(`${KEY} and ${KEY}`, `more ${KEY}`, 5);
  logger.error(new Error(`at /${encodeURIComponent(KEY)}.json`));
  t.deepEqual(target.calls, [
    ['warn', '****** and ******', 'more ******', 5],
    ['error', 'Error: at /******.json'],
  ]);
  t.is(logger.mask('abc'), 'abc');
});

test('the key is masked inside objects too; an object without it is passed on as it is', (t) => {
  const target = recording('debug');
  const logger = new SafeLogger(target, [KEY]);
  const harmless = { a: 1 };
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  logger.warn(
    'x',
    harmless,
    { deep: [{ url: `/${KEY}.json` }] },
    { cause: new Error(`no ${KEY}`) },
    cycle,
    new Map([[KEY, 1n]]),
  );
  const [, , same, masked, error, withoutJson, map] = target.calls[0] ?? [];
  t.is(same, harmless);
  t.deepEqual(masked, { deep: [{ url: '/******.json' }] });
  t.is((error as { cause: { message: string } }).cause.message, 'no ******');
  t.is(withoutJson, 'an object that has no JSON');
  t.deepEqual(map, [['******', '1']]);
});

test('a logger that throws, or lacks methods, is survived', (t) => {
  const boom = (): never => {
    throw new Error('logger');
  };
  const original = console.error;
  const reports: unknown[][] = [];
  console.error = (...parts) => void reports.push(parts);
  try {
    const logger = new SafeLogger({ warn: boom, error: boom, logLevel: 'debug' });
    t.notThrows(() => logger.warn('x'));
    t.notThrows(() => logger.error('x'));
    t.notThrows(() => logger.info('x'));
    t.notThrows(() => new SafeLogger({} as LoggerInterface).warn('x'));
  } finally {
    console.error = original;
  }
  const said =
    'statsigSDK> the configured logger threw, rejected or has no such method; its ' +
    'messages are lost';
  t.deepEqual(reports, [[said], [said]], 'once each');
});

test('once logs a key once; a thrown value without text is described', (t) => {
  const target = recording('warn');
  const logger = new SafeLogger(target);
  logger.once('k', 'warn', 'first');
  logger.once('k', 'warn', 'second');
  t.is(target.calls.length, 1);
  t.is(
    logger.describe({
      toString: () => {
        throw new Error('no');
      },
    }),
    'an error that has no text',
  );
});

function setup(more: Partial<DiagnosticsOptions> = {}): {
  events: DiagnosticsEvent[];
  diagnostics: Diagnostics;
} {
  const events: DiagnosticsEvent[] = [];
  const diagnostics = new Diagnostics({
    silent: false,
    disableDiagnostics: false,
    statsigOptions: { api: 'x' },
    emit: (event) => events.push(event),
    now: () => 7,
    random: () => 0.5,
    ...more,
  });
  return { events, diagnostics };
}

test('initialization becomes one event with its true outcome (Q43)', (t) => {
  const { events, diagnostics } = setup();
  diagnostics.start('overall', null);
  diagnostics.start('download_config_specs', 'network_request');
  diagnostics.end('download_config_specs', 'network_request', {
    statusCode: 500,
    success: false,
    sdkRegion: null,
  });
  diagnostics.endInitialize({ success: false, reason: 'timeout' });
  t.is(
    JSON.stringify(events),
    JSON.stringify([
      {
        eventName: 'statsig::diagnostics',
        metadata: {
          context: 'initialize',
          markers: [
            { key: 'overall', action: 'start', timestamp: 7 },
            {
              key: 'download_config_specs',
              step: 'network_request',
              action: 'start',
              timestamp: 7,
            },
            {
              key: 'download_config_specs',
              step: 'network_request',
              action: 'end',
              timestamp: 7,
              statusCode: 500,
              success: false,
              sdkRegion: null,
            },
            { key: 'overall', action: 'end', timestamp: 7, success: false, reason: 'timeout' },
          ],
          statsigOptions: { api: 'x' },
        },
        time: 7,
      },
    ]),
  );
});

test('without rates even the luckiest draw is no sample, but for the start', (t) => {
  const { events, diagnostics } = setup({ random: () => 0 });
  diagnostics.endInitialize({ success: true });
  t.is(events.length, 1);
  t.is(diagnostics.startApiCall('check_gate', 'checkGate', 'g'), '');
  t.is(diagnostics.startGcir(), '');
  for (const kind of ['dcs', 'idlist'] as const) {
    diagnostics.start('download_config_specs', 'process');
    diagnostics.endSync(kind);
  }
  diagnostics.emitCalls();
  t.is(events.length, 1);
});

test('syncs and calls are sampled by the payload, and off by default', (t) => {
  const { events, diagnostics } = setup();
  diagnostics.endInitialize({ success: true });
  t.is(diagnostics.startApiCall('check_gate', 'checkGate', 'g'), '');
  diagnostics.start('download_config_specs', 'process');
  diagnostics.endSync('dcs');
  t.is(events.length, 1);
  diagnostics.setRates({ dcs: 99_999, idlist: 'x', api_call: 6_000, gcir: -5, other: 1 });
  diagnostics.start('download_config_specs', 'process');
  diagnostics.endSync('dcs');
  diagnostics.endSync('dcs');
  const id = diagnostics.startApiCall('check_gate', 'checkGate', 'g');
  diagnostics.endApiCall('check_gate', id, 'g', true);
  diagnostics.emitCalls();
  t.is(diagnostics.startGcir(), '');
  t.deepEqual(
    events.slice(1).map(({ metadata }) => metadata['context']),
    ['config_sync', 'api_call'],
  );
  t.deepEqual(events[2]?.metadata['markers'], [
    { key: 'check_gate', action: 'start', timestamp: 7, markerID: 'checkGate_0', configName: 'g' },
    {
      key: 'check_gate',
      action: 'end',
      timestamp: 7,
      markerID: 'checkGate_0',
      success: true,
      configName: 'g',
    },
  ]);
});

test('a context holds 26 markers, and the end of init is always among them', (t) => {
  const { events, diagnostics } = setup();
  for (let i = 0; i < 100; i++) diagnostics.start('get_id_list', 'process', { markerID: i });
  diagnostics.endInitialize({ success: true });
  const markers = events[0]?.metadata['markers'] as { key: string }[];
  t.is(markers.length, MAX_MARKERS);
  t.is(markers.at(-1)?.key, 'overall');
});

test('an event that is too big loses its options, then its markers', (t) => {
  const { events, diagnostics } = setup({ statsigOptions: { big: 'x'.repeat(5000) } });
  diagnostics.start('overall', null);
  diagnostics.endInitialize({ success: true });
  t.is(events[0]?.metadata['statsigOptions'], 'dropped');
  const second = setup();
  second.diagnostics.start('overall', null);
  second.diagnostics.start('get_id_list', 'network_request', { url: 'x'.repeat(5000) });
  second.diagnostics.endInitialize({ success: true });
  t.deepEqual(
    (second.events[0]?.metadata['markers'] as { key: string }[]).map(({ key }) => key),
    ['overall', 'overall'],
  );
  second.diagnostics.setRates({ dcs: 10_000 });
  second.diagnostics.start('get_id_list', 'network_request', { url: 'x'.repeat(5000) });
  second.diagnostics.endSync('dcs');
  t.is(second.events[1]?.metadata['markers'], 'dropped');
});

test('silent records nothing (Q14), disableDiagnostics only drops calls, emit may throw', (t) => {
  const silent = setup({ silent: true });
  silent.diagnostics.setRates({ api_call: 10_000, gcir: 10_000 });
  silent.diagnostics.start('overall', null);
  t.is(silent.diagnostics.startGcir(), '');
  silent.diagnostics.endInitialize({ success: true });
  t.is(silent.events.length, 0);
  const disabled = setup({ disableDiagnostics: true });
  disabled.diagnostics.setRates({ api_call: 10_000 });
  t.is(disabled.diagnostics.startApiCall('check_gate', 'checkGate', 'g'), '');
  disabled.diagnostics.endInitialize({ success: true });
  t.is(disabled.events.length, 1);
  const throwing = setup({
    emit: () => {
      throw new Error('emit');
    },
  });
  t.notThrows(() => throwing.diagnostics.endInitialize({ success: true }));
});

function reporter(enabled: boolean): {
  reporter: ExceptionReporter;
  posts: string[];
  logged: unknown[][];
} {
  const posts: string[] = [];
  const target = recording('error');
  const post = (body: string): Promise<unknown> => Promise.resolve(posts.push(body));
  const logger = new SafeLogger(target, [KEY]);
  const options = {
    enabled,
    post,
    logger,
    statsigMetadata: { sdkType: 's' },
    statsigOptions: { api: 'x' },
  };
  return { reporter: new ExceptionReporter(options), posts, logged: target.calls };
}

test('exceptions are counted and logged, and sent only when turned on', (t) => {
  const off = reporter(false);
  off.reporter.report(new Error('x'), { tag: 'checkGate' });
  off.reporter.report(new Error('x'), { tag: 'checkGate' });
  t.is(off.reporter.count, 2);
  t.is(off.logged.length, 1);
  t.is(off.posts.length, 0);
});

test('a report has the fields of statsig-node, without the key, once per error name', (t) => {
  const on = reporter(true);
  on.reporter.report(new TypeError(`bad ${KEY}`), { tag: 'getConfig', configName: 'c' });
  on.reporter.report(new TypeError('again'), { tag: 'getConfig' });
  on.reporter.report(new TypeError('lost'), {
    tag: 'statsig::log_event_failed',
    eventCount: 3,
    bypassDedupe: true,
  });
  on.reporter.report({ odd: 1 }, { tag: 't' });
  t.is(on.posts.length, 3);
  const [first, second, third] = on.posts.map(
    (body) => JSON.parse(body) as Record<string, unknown>,
  );
  t.deepEqual(Object.keys(first ?? {}), [
    'exception',
    'info',
    'statsigMetadata',
    'statsigOptions',
    'tag',
    'configName',
  ]);
  t.is(first?.['exception'], 'TypeError');
  t.false(on.posts.join().includes(KEY));
  t.is(second?.['eventCount'], 3);
  t.like(third, { exception: 'No Name', info: '{"odd":1}' });
});

test('a report that cannot be built or sent is swallowed', async (t) => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const on = reporter(true);
  t.notThrows(() => on.reporter.report(cycle, { tag: 't' }));
  const logger = new SafeLogger(recording('none'));
  const post = (): Promise<never> => Promise.reject(new Error('down'));
  const failing = new ExceptionReporter({
    enabled: true,
    post,
    logger,
    statsigMetadata: {},
    statsigOptions: {},
  });
  failing.report(new Error('x'), { tag: 't' });
  await Promise.resolve();
  t.is(failing.count, 1);
});

/** The entry `otel` under the real SDK of OpenTelemetry, with exporters in memory. */
import { SpanStatusCode } from '@opentelemetry/api';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import test from 'ava';
import { observe, type OtelOptions } from '../../src/otel';
import { ENGINES, FakeNetwork, ours } from '../api/support';

const ADA = { userID: 'ada', privateAttributes: { secret: 'hidden' } };

/** An SDK of its own, and what it was given. */
function collected() {
  const logs = new InMemoryLogRecordExporter();
  const spans = new InMemorySpanExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics });
  const providers: OtelOptions = {
    loggerProvider: new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter: logs } as never)],
    }),
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
  };
  /** Metric → `attributes JSON` → value. */
  const points = async (): Promise<Map<string, Map<string, unknown>>> => {
    const { resourceMetrics } = await reader.collect();
    return new Map(
      resourceMetrics.scopeMetrics.flatMap((scope) =>
        scope.metrics.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          new Map(
            dataPoints.map(({ attributes, value }) => [
              JSON.stringify(Object.values(attributes)),
              value as unknown,
            ]),
          ),
        ]),
      ),
    );
  };
  return { logs, spans, providers, points, close: () => reader.shutdown() };
}

for (const engine of ENGINES) {
  test(`${engine}: evaluations are log events of the semantic conventions`, async (t) => {
    const { logs, providers, close } = collected();
    const statsig = ours(engine, new FakeNetwork());
    const stop = observe({ statsig, ...providers });
    await statsig.initializeAsync();
    statsig.checkGate(ADA, 'always');
    statsig.checkGate(ADA, 'none');
    statsig.getExperiment(ADA, 'experiment');
    statsig.getLayer(ADA, 'layer');
    statsig.forUser(ADA).checkGate('off');
    statsig.checkGate(ADA, 'odd');
    const told = logs.getFinishedLogRecords().map(({ eventName, attributes }) => {
      t.is(eventName, 'feature_flag.evaluation');
      return attributes;
    });
    const base = { 'feature_flag.provider.name': 'statsig', 'feature_flag.context.id': 'ada' };
    t.deepEqual(told[0], {
      ...base,
      'feature_flag.key': 'always',
      'feature_flag.result.reason': 'targeting_match',
      'feature_flag.result.variant': 'All',
      'feature_flag.result.value': true,
      'feature_flag.version': '1000',
      'statsig.kind': 'gate',
    });
    t.like(told[1], { 'feature_flag.result.reason': 'error', 'error.type': 'flag_not_found' });
    t.like(told[2], {
      'feature_flag.result.reason': 'split',
      'feature_flag.result.variant': 'Test',
      'statsig.kind': 'experiment',
    });
    t.false('feature_flag.result.value' in told[2]!);
    t.like(told[3], { 'feature_flag.key': 'layer', 'statsig.kind': 'layer' });
    t.like(told[4], { 'feature_flag.result.reason': 'disabled' });
    t.like(told[5], { 'error.type': 'parse_error' });
    t.is(told.length, 6);
    t.notRegex(JSON.stringify(told), /hidden/);
    stop();
    statsig.checkGate(ADA, 'always');
    t.is(logs.getFinishedLogRecords().length, 6);
    await statsig.shutdownAsync(200);
    await close();
  });
}

test('values of configs and the user are a matter of options', async (t) => {
  const { logs, providers, close } = collected();
  const statsig = ours('js', new FakeNetwork());
  observe({ statsig, ...providers, values: true, contextId: false, metrics: false, traces: false });
  await statsig.initializeAsync();
  statsig.getConfig(ADA, 'config');
  const [record] = logs.getFinishedLogRecords();
  t.is(record?.attributes['feature_flag.result.value'], '{"text":"default"}');
  t.false('feature_flag.context.id' in (record?.attributes ?? {}));
  await statsig.shutdownAsync(200);
  await close();
});

test('metrics: evaluations, syncs, events, engine', async (t) => {
  const { providers, points, close } = collected();
  const network = new FakeNetwork();
  const statsig = ours('js', network);
  const stop = observe({ statsig, ...providers, logs: false });
  await statsig.initializeAsync();
  statsig.checkGate(ADA, 'always');
  statsig.checkGate(ADA, 'always');
  statsig.logEvent(ADA, 'e');
  network.specs = 'rubbish';
  await statsig.syncStoreSpecs();
  const before = await points();
  t.is(
    before.get('statsig.evaluations')?.get('["always","statsig","targeting_match","gate","All"]'),
    2,
  );
  t.is(before.get('statsig.engine')?.get('["js"]'), 1);
  t.true((before.get('statsig.events.queued')?.get('[]') as number) >= 2);
  t.is(typeof before.get('statsig.sync.age')?.get('["config-specs"]'), 'number');
  const durations = before.get('statsig.sync.duration');
  t.deepEqual([...durations!.keys()].sort(), [
    '["config-specs",false]',
    '["config-specs",true]',
    '["id-lists",true]',
  ]);
  await statsig.flush();
  const after = await points();
  t.is(after.get('statsig.events.queued')?.get('[]'), 0);
  t.true((after.get('statsig.events.delivered')?.get('[]') as number) >= 2);
  t.is(after.get('statsig.events.dropped')?.get('["limit"]'), 0);
  stop();
  await statsig.shutdownAsync(200);
  await close();
});

test('spans: syncs and deliveries of this instance, with what failed', async (t) => {
  const { spans, providers, close } = collected();
  const network = new FakeNetwork();
  const statsig = ours('js', network);
  const other = ours('js', new FakeNetwork());
  const stop = observe({ statsig, ...providers, logs: false, metrics: false });
  await other.initializeAsync();
  await statsig.initializeAsync();
  network.specs = 'rubbish';
  await statsig.syncStoreSpecs();
  statsig.logEvent(ADA, 'e');
  await statsig.flush();
  const seen = spans
    .getFinishedSpans()
    .map(({ name, attributes, status }) => [name, attributes['statsig.what'], status.code]);
  t.deepEqual(seen, [
    ['statsig.sync', 'config-specs', SpanStatusCode.UNSET],
    ['statsig.sync', 'id-lists', SpanStatusCode.UNSET],
    ['statsig.sync', 'config-specs', SpanStatusCode.ERROR],
    ['statsig.flush', undefined, SpanStatusCode.UNSET],
  ]);
  t.true(Number(spans.getFinishedSpans()[3]?.attributes['statsig.batch.events']) >= 1);
  stop();
  await statsig.syncStoreSpecs();
  t.is(spans.getFinishedSpans().length, 4);
  await Promise.all([statsig.shutdownAsync(200), other.shutdownAsync(200)]);
  await close();
});

test('the shared instance may be observed before initialize', async (t) => {
  const { providers, points, close } = collected();
  const stop = observe(providers);
  t.is((await points()).get('statsig.engine'), undefined);
  stop();
  await close();
});

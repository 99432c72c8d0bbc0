/**
 * Custom events: what is warned about, what is never cut, what is lost (BEHAVIOUR.md 7.2, 7.3,
 * 7.5).
 */
import test from 'ava';
import type { StatsigUser } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, Log, ours } from '../api/support';

const U: StatsigUser = { userID: 'u' };

for (const engine of ENGINES) {
  const start = async () => {
    const [network, log] = [new FakeNetwork(), new Log()];
    const server = ours(engine, network, { logger: log });
    await server.initializeAsync();
    log.lines.splice(0);
    return { network, log, server };
  };

  for (const [what, event] of Object.entries({
    'Event name': { eventName: 'n'.repeat(129), user: U },
    'User ID': { eventName: 'e', user: { userID: 'u'.repeat(129) } },
    'Event value': { eventName: 'e', user: U, value: 'v'.repeat(129) },
    'User object': { eventName: 'e', user: { ...U, custom: { a: 'x'.repeat(4097) } } },
    'Event metadata': { eventName: 'e', user: U, metadata: { a: { b: 'x'.repeat(4097) } } },
  })) {
    test(`${engine}: ${what} beyond its limit is warned about and sent whole`, async (t) => {
      const { network, log, server } = await start();
      server.logEventObject(event);
      t.is(
        log.lines.filter((line) => line.includes(`${what} is too large`)).length,
        1,
        log.lines.join('\n'),
      );
      t.is(log.lines.filter((line) => line.includes('too large')).length, 1);
      await server.flush();
      const sent = network.comparable()[0] as Record<string, unknown>;
      t.is(sent['eventName'], event.eventName);
      t.is(sent['value'], (event as { value?: string }).value ?? null);
      t.deepEqual(sent['metadata'], (event as { metadata?: object }).metadata ?? null);
      await server.shutdownAsync(200);
    });
  }

  test(`${engine}: at the limits nothing is said`, async (t) => {
    const { log, server } = await start();
    server.logEvent({ userID: 'u'.repeat(128) }, 'n'.repeat(128), 'v'.repeat(128), {
      a: 'x'.repeat(4095),
    });
    t.deepEqual(
      log.lines.filter((line) => line.includes('too large')),
      [],
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: what is long as JSON and no large object is not warned about`, async (t) => {
    const { log, server } = await start();
    const long = { a: 'x'.repeat(2000) };
    server.logEvent({ userID: 'u', custom: long }, 'e', null, long);
    t.deepEqual(
      log.lines.filter((line) => line.includes('too large')),
      [],
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: a missing user ID is said once per instance`, async (t) => {
    const { log, server } = await start();
    for (let i = 0; i < 3; i++) server.logEvent({} as StatsigUser, 'e');
    t.is(log.lines.filter((line) => line.includes('no valid userID')).length, 1);
    await server.shutdownAsync(200);
  });

  test(`${engine}: an event needs a name that is a text`, async (t) => {
    const { log, network, server } = await start();
    for (const name of ['', 5, null, ['name']]) server.logEvent(U, name as string);
    await server.flush();
    t.deepEqual(network.comparable(), []);
    t.is(log.lines.filter((line) => line.includes('non-zero length')).length, 4);
    await server.shutdownAsync(200);
  });

  test(`${engine}: data that is no JSON loses its event, and nothing else`, async (t) => {
    const { network, server } = await start();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    t.notThrows(() => server.logEvent(U, 'cycle', null, cycle));
    t.notThrows(() => server.logEvent(U, 'big', null, { big: 1n }));
    t.notThrows(() => server.logEventObject(null as never));
    t.notThrows(() => server.logEventObject({} as never));
    server.logEvent(U, 'good');
    await server.flush();
    t.deepEqual(
      network.comparable().map((event) => (event as { eventName: string }).eventName),
      ['good'],
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: custom events are not deduplicated, mismatches are`, async (t) => {
    const { network, server } = await start();
    for (let i = 0; i < 3; i++) {
      server.logEvent(U, 'same');
      server.getConfig(U, 'config', { disableExposureLogging: true }).get('text', 5 as never);
    }
    server
      .getConfig({ userID: 'other' }, 'config', { disableExposureLogging: true })
      .get('text', 5 as never);
    await server.flush();
    const names = network.events.map((event) => event.eventName);
    t.is(names.filter((name) => name === 'same').length, 3);
    t.is(names.filter((name) => name === 'statsig::default_value_type_mismatch').length, 2);
    await server.shutdownAsync(200);
  });

  test(`${engine}: disableAllLogging and localMode send nothing`, async (t) => {
    for (const options of [{ disableAllLogging: true }, { localMode: true }]) {
      const network = new FakeNetwork();
      const server = ours(engine, network, options);
      await server.initializeAsync();
      server.checkGate(U, 'always');
      server.logEvent(U, 'e');
      await server.flush();
      await server.shutdownAsync(200);
      t.deepEqual(network.events, []);
    }
  });
}

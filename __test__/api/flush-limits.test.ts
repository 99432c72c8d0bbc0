/**
 * What ends the wait of `flush` and `flushAfter` is somebody else's object: nothing it does
 * rejects, throws or holds.
 */
import test from 'ava';
import { ENGINES, FakeNetwork, ours } from './support';

const thrower = (): never => {
  throw new Error('odd');
};
const SIGNALS: [string, unknown][] = [
  [
    'addEventListener throws',
    { aborted: false, addEventListener: thrower, removeEventListener: thrower },
  ],
  [
    'removeEventListener throws',
    { aborted: false, addEventListener: () => undefined, removeEventListener: thrower },
  ],
  ['no removeEventListener', { aborted: false, addEventListener: () => undefined }],
  [
    'aborted throws',
    {
      get aborted(): never {
        return thrower();
      },
      addEventListener: () => undefined,
    },
  ],
  ['a Proxy that refuses', new Proxy({}, { has: thrower, get: thrower })],
];

for (const engine of ENGINES) {
  test(`${engine}: odd signals and timeouts end or change nothing`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    for (const [name, signal] of SIGNALS) {
      server.logEvent({ userID: 'u' }, 'event');
      t.like(await server.flush({ signal } as never), { kept: 0, dropped: 0 }, name);
    }
    server.logEvent({ userID: 'u' }, 'event');
    t.like(
      await server.flush({
        get timeout(): never {
          return thrower();
        },
      } as never),
      { kept: 0, dropped: 0 },
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: flushAfter answers whatever becomes of waitUntil`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const ways = [
      () => new Promise(() => undefined),
      () => Promise.reject(new Error('host')),
      thrower,
    ];
    for (const waitUntil of ways) {
      t.is(await server.flushAfter(() => 'answer', { waitUntil: waitUntil as never })(), 'answer');
      t.is(await server.flushAfter((_: object) => 'answer')({ waitUntil }), 'answer');
      await t.throwsAsync(
        server.flushAfter(() => Promise.reject(new Error('mine')), {
          waitUntil: waitUntil as never,
        })(),
        { message: 'mine' },
      );
    }
    await server.shutdownAsync(200);
  });
}

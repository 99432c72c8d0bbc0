/** A package whose file of the spool cannot be loaded keeps events in memory. */
import test from 'ava';
import { nodePlatform } from '../../../src/platform/platform-node';
import { FakeNetwork, Log, ours } from '../../api/support';

test('a spool that cannot be opened is told, and stops nobody', async (t) => {
  const { openSpool } = nodePlatform;
  t.teardown(() => Object.assign(nodePlatform, { openSpool }));
  Object.assign(nodePlatform, {
    openSpool: () => {
      throw new Error('Cannot find module');
    },
  });
  const [network, logger] = [new FakeNetwork(), new Log()];
  const statsig = ours('js', network, { eventSpool: '/nowhere', logger });
  await statsig.initializeAsync();
  statsig.logEvent({ userID: 'u' }, 'kept');
  await statsig.shutdownAsync();
  t.true(
    logger.lines.includes(
      'statsigSDK> The event spool fails, events stay in memory only: Error: Cannot find module',
    ),
    logger.lines.join('\n'),
  );
  t.true(network.events.some(({ eventName }) => eventName === 'kept'));
});

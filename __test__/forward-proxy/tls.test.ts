/** The stream over TLS and mutual TLS, with certificates made for the test. */
import { StatsigServer } from '../../src/api/statsig';
import { ForwardProxyStream, type ForwardProxyOptions } from '../../src/forward-proxy';
import { FakeNetwork, KEY, Log, payload } from '../api/support';
import { certificate } from '../network/certificate';
import { until } from '../network/fake-clock';
import { needs } from '../needs';
import { StandIn, message } from './stand-in';

async function served(proxy: StandIn, tls: ForwardProxyOptions['tls']) {
  const log = new Log();
  const server = new StatsigServer(KEY, {
    engine: 'js',
    logger: log,
    networkOverrideFunc: new FakeNetwork().override,
    disableIdListsSync: true,
    specStream: new ForwardProxyStream({
      url: proxy.url,
      tls: { servername: 'localhost', ...tls },
    }),
  });
  await server.initializeAsync();
  return { server, log };
}

needs('openssl')('TLS and mutual TLS; who is not trusted gets no key', async (t) => {
  const [ours, theirs] = [certificate(), certificate()];
  const proxy = await StandIn.start({ ...theirs, ca: ours.cert, requestCert: true });
  proxy.first = message(payload({ time: 2000 }));
  const trusting = await served(proxy, { ca: theirs.cert, ...ours });
  await until(
    () =>
      trusting.server.getFeatureGate({ userID: 'u' }, 'always').evaluationDetails
        ?.configSyncTime === 2000,
  );
  t.is(proxy.requests.length, 1);
  const broke = (log: Log): boolean => log.lines.some((line) => line.includes('stream of config'));
  // A proxy whose certificate nobody vouches for is asked nothing; one that knows us not says no.
  const doubting = await served(proxy, ours);
  await until(() => broke(doubting.log));
  const unknown = await served(proxy, { ca: theirs.cert });
  await until(() => broke(unknown.log));
  t.is(proxy.requests.length, 1);
  for (const { server } of [trusting, doubting, unknown]) {
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    await server.shutdownAsync(500);
  }
  await proxy.close();
});

import { StatsigCompatibleServer } from './server';
import type { LocalServer, LocalServerOptions } from './types';

/** How long `waitFor` waits by default, in ms. */
const defaultWaitMs = 5_000;

/**
 * Starts a server. Rejects when the port is taken, a file can't be read or isn't JSON, or options
 * contradict each other.
 *
 * @example
 * const server = await createLocalServer({ specsFile: 'project.json' });
 * await Statsig.initialize('secret-local', { api: server.api });
 */
export async function createLocalServer(options: LocalServerOptions = {}): Promise<LocalServer> {
  const server = new StatsigCompatibleServer(options);
  const { url, port } = await server.listen();
  return {
    url,
    api: `${url}/v1`,
    port,
    events: () => server.journal.receivedEvents(),
    droppedEvents: () => server.journal.droppedEvents(),
    requests: (route) => server.journal.receivedRequests(route),
    clear: () => server.journal.clear(),
    setSpecs: (specs, version = 1) => server.setSpecs(specs, version),
    setIdList: (name, members) => server.setIdList(name, members),
    fail: (fault) => server.faults.add(fault),
    waitFor: (condition, timeoutMs = defaultWaitMs) => server.journal.waitFor(condition, timeoutMs),
    close: (graceMs = 1_000) => server.close(graceMs),
  };
}

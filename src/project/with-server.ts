/** An instance that answers from a payload alone. */
import { StatsigServer } from '../api/statsig';
import type { Project } from './payload';

/**
 * Calls `use` with an instance that answers from a payload alone: no network, no events. ID lists
 * are empty.
 */
export async function withServer<T>(
  project: Project,
  use: (server: StatsigServer) => T | Promise<T>,
): Promise<T> {
  // Without a key: a payload that names its project's is taken, too.
  const server = new StatsigServer(null as unknown as string, {
    localMode: true,
    bootstrapValues: project.text,
    disableAllLogging: true,
    disableDiagnostics: true,
    logger: { logLevel: 'none', warn: () => undefined, error: () => undefined },
  });
  const { success, error } = await server.initializeAsync();
  try {
    if (!success || server.health().source !== 'Bootstrap')
      throw error ?? new Error('The payload cannot be used');
    return await use(server);
  } finally {
    await server.shutdownAsync(0);
  }
}

import { place } from '../api/statsig';
import { TestStatsig, type DefineProject, type TestOptions } from './test-statsig';

/** Looks like a key. It goes nowhere. */
const KEY = 'secret-test';

/**
 * A `StatsigServer` over a project that the test describes. Nothing leaves the process, and nothing
 * keeps it alive. Rejects when the project contradicts itself, or the payload is none.
 * @example const statsig = await createTestStatsig((project) =>
 * project.gate('new_checkout').on().forUser('ada', false)); statsig.checkGate({ userID: 'ada' },
 * 'new_checkout'); // false await statsig.exposuresOf('new_checkout'); // [{ kind: 'gate', name:
 * 'new_checkout', userID: 'ada', … }]
 */
export async function createTestStatsig(
  define?: DefineProject,
  options: TestOptions = {},
): Promise<TestStatsig> {
  const isShared = options.shared === true;
  if (isShared && place.current !== null && !place.current.isShutDown) {
    throw new Error('A shared instance is running already: await its shutdownAsync() first');
  }
  const made = new TestStatsig(KEY, define, options);
  if (isShared) Object.assign(place, { current: made, key: KEY });
  const { success, error } = await made.initializeAsync();
  if (success) return made;
  await made.shutdownAsync();
  throw error ?? new Error('The project of the test could not be loaded');
}

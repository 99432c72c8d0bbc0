// AWS Lambda: one instance per container, made outside of the handler, and a handler whose events are
// delivered before the container is frozen.
import { StatsigServer } from 'statsig-node-native';

const { STATSIG_SECRET_KEY, STATSIG_API } = process.env;

const statsig = new StatsigServer(STATSIG_SECRET_KEY, {
  api: STATSIG_API,
  initStrategyForIDLists: 'lazy',
});
const started = statsig.initializeAsync();

export const handler = statsig.flushAfter(
  async ({ userID }) => {
    await started;
    return { isNew: statsig.checkGate({ userID }, 'new_checkout') };
  },
  { timeout: 1000 },
);

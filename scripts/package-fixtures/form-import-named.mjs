import { strict as assert } from 'node:assert';
import Default, {
  Statsig,
  StatsigServer,
  StatsigUninitializedError,
  checkGate,
} from 'statsig-node-native';
import { exercise } from './exercise.cjs';
assert.throws(() => checkGate({ userID: 'u' }, 'gate'), StatsigUninitializedError);
assert.equal(Default.StatsigServer, StatsigServer);
await exercise(Statsig);

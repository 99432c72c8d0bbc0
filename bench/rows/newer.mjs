// Calls that only the newer SDK and this package have, on a dcs-v2 project.
import { timeRequests } from '../lib/checks.mjs';
import { calibrate, sink } from '../lib/measure.mjs';

/** `ask(client, user, entry)` → a value, for each entry of a list of names. */
function row({ id, title, needs, list, ask, freshUsers = false, target = { ratio: 1 } }) {
  return {
    id,
    title,
    unit: 'ns/call',
    project: 'newer',
    exposures: false,
    needs: [needs],
    target,
    async setup(bench) {
      const entries = bench.names[list];
      const once = (user) => {
        for (const entry of entries) sink.use(ask(bench.client, user, entry) !== null);
        return entries.length;
      };
      const warmUser = bench.client.user(bench.user(1));
      const passes = await calibrate(
        () => once(freshUsers ? bench.client.user(bench.freshUser()) : warmUser),
        bench.targetMs,
      );
      const most = freshUsers ? 5000 : 1e6;
      return { once, warmUser, passes: Math.min(passes, most), operations: entries.length };
    },
    round(bench, { once, warmUser, passes, operations }) {
      if (!freshUsers) return timeRequests(passes, operations, () => once(warmUser));
      const plain = Array.from({ length: passes }, () => bench.freshUser());
      return timeRequests(passes, operations, (i) => once(bench.client.user(plain[i])));
    },
  };
}

const store = {
  needs: 'store',
  list: 'stores',
  ask: (client, user, { name, key }) => client.store(user, name, key),
};
const autotune = {
  needs: 'store',
  list: 'autotunes',
  ask: (client, user, { name, key }) => client.experiment(user, name, key),
};

export const rows = [
  row({ id: 'store', title: 'parameter store with one get, warm user', ...store }),
  row({
    id: 'store-new',
    title: 'parameter store with one get, new user',
    freshUsers: true,
    ...store,
  }),
  row({ id: 'autotune', title: 'contextual autotune with one get, warm user', ...autotune }),
  row({
    id: 'autotune-new',
    title: 'contextual autotune with one get, new user',
    freshUsers: true,
    ...autotune,
  }),
  row({
    id: 'groups',
    title: 'getExperimentGroups',
    needs: 'groups',
    list: 'experiments',
    ask: (client, _user, { name }) => client.groups(name),
  }),
];

// A segment of a million IDs: asking it, and holding it.
import { timeRequests } from '../lib/checks.mjs';
import { calibrate, collect, now, rss, sleep } from '../lib/measure.mjs';
import { ID_LIST, listMember } from '../payloads/index.mjs';

const MEMBERS = 5000;

/**
 * Every second user is a member; each asks one gate. The number of true answers proves that the
 * list is in use.
 */
const membership = {
  id: 'id-list',
  title: 'membership in an ID list of 1,000,000, new user, one gate',
  unit: 'ns/check',
  project: 'idlist',
  exposures: false,
  needs: ['gate'],
  async setup(bench) {
    const users = Array.from({ length: MEMBERS }, (_, i) => ({
      ...bench.user(i),
      userID: i % 2 ? listMember(i * 199) : `stranger-${i}`,
    }));
    const name = bench.names.gates[0];
    const once = (i) =>
      bench.client.gate(
        bench.client.user({ ...users[i % MEMBERS], userID: `${users[i % MEMBERS].userID}` }),
        name,
      ) === true;
    let members = 0;
    for (let i = 0; i < MEMBERS; i++) if (once(i)) members++;
    if (members !== MEMBERS / 2)
      throw new Error(`ID list: ${members} of ${MEMBERS / 2} members found (${ID_LIST.size} IDs)`);
    const batch = (j) => {
      let on = 0;
      for (let i = 0; i < 100; i++) if (once(j * 100 + i)) on++;
      return on;
    };
    return { batch, count: await calibrate(batch, bench.targetMs, { max: 5000 }) };
  },
  round: (bench, { batch, count }) => timeRequests(count, 100, batch),
};

/**
 * Resident memory with the list less resident memory of the same project without; two processes.
 */
const memory = {
  id: 'id-list-memory',
  title: 'memory of an ID list of 1,000,000',
  unit: 'MB',
  project: 'idlist',
  baselineProject: 'idlist-none',
  exposures: false,
  needs: ['gate'],
  fresh: true,
  target: { ratio: 5 },
  async round(bench) {
    const start = now();
    const client = await bench.create();
    const wallMs = (now() - start) / 1e6;
    const member = client.gate(
      client.user({ ...bench.user(1), userID: listMember(7) }),
      bench.names.gates[0],
    );
    if (member !== (bench.project === 'idlist'))
      throw new Error(`ID list: a member's gate is ${member} in ${bench.project}`);
    await settle();
    return { value: rss() / 1e6, wallMs };
  },
};

/** Lets garbage be collected and freed pages go back before memory is read. */
async function settle() {
  for (let i = 0; i < 5; i++) {
    collect();
    await sleep(60);
  }
}

export const rows = [membership, memory];

/**
 * 1,000 random histories: no event is lost uncounted, none goes out under another key, no call
 * hangs.
 */
import test from 'ava';
import { runHistory } from './history';

const HISTORIES = 1_000;

test(`${HISTORIES} random histories of a spool: nothing is lost, nothing is leaked, nothing hangs`, async (t) => {
  t.timeout(600_000);
  let [accepted, delivered, counted] = [0, 0, 0];
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = await runHistory(seed);
    t.deepEqual(history.wrong, [], `seed ${seed}`);
    accepted += history.accepted;
    delivered += history.delivered;
    counted += history.counted;
  }
  t.log(`${accepted} events accepted, ${delivered} delivered, ${counted} counted as dropped`);
  t.true(delivered > accepted / 2 && counted > 0);
});

/**
 * The code that a first request would have to compile, run once per process while `initialize`
 * waits for a network. Everything that it makes is thrown away. Only waiting is spent on it: where
 * the answer is there at once, a rehearsal would be most of what `initialize` takes.
 */
import { host } from '../host/host';
import { UserTable, type UserSink } from './user-table';

/** Who has waited for so long waits for a network, ms. */
const LONG_WAIT_MS = 5;

/** An engine that takes no note of its users. */
const NOWHERE: UserSink = {
  setUser: () => undefined,
  setUserValues: () => true,
};

/** A user of the usual kind, who is nobody. */
const nobody = (i: number): object => ({
  userID: `nobody-${i}`,
  email: '',
  ip: '',
  userAgent: '',
  country: '',
  locale: '',
  appVersion: '',
  custom: { number: i, flag: true, list: ['a'] },
  customIDs: { id: '' },
  privateAttributes: { text: '' },
});

let isDone = false;

/** How users become slots, if `waiting` takes long. Never throws. */
export function rehearseUsers(waiting: Promise<unknown>): void {
  if (isDone) return;
  const cancel = host.startTimer(acquireNobody, LONG_WAIT_MS);
  void waiting.then(cancel, cancel);
}

function acquireNobody(): void {
  isDone = true;
  try {
    const users = new UserTable(NOWHERE, 2);
    users.ask({ userFields: ['userID', 'number'], idTypes: ['id'] });
    for (const i of [1, 2, 1]) users.acquire(nobody(i));
  } catch {
    // The first request will see.
  }
}

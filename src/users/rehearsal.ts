/**
 * The code that a first request would have to compile, run once per process while `initialize`
 * waits for a network. Everything that it makes is thrown away. Only waiting is spent on it: where
 * the answer is there at once, a rehearsal would be most of what `initialize` takes. It comes after
 * `initialize` then, a part of it per turn.
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

/** How users become slots, if `waiting` takes long; else after it. Never throws. */
export function rehearseUsers(waiting: Promise<unknown>): void {
  if (isDone) return;
  const cancel = host.startTimer(() => {
    for (const part of parts()) part();
  }, LONG_WAIT_MS);
  const afterwards = async (): Promise<void> => {
    cancel();
    for (const part of parts()) {
      await host.nextTurn();
      part();
    }
  };
  waiting.then(afterwards, cancel).catch(() => undefined);
}

/** What there is to do, in steps of less than a millisecond; nothing when it was done. */
function parts(): (() => void)[] {
  if (isDone) return [];
  isDone = true;
  let users: UserTable | undefined;
  return [1, 2, 1].map((i) => () => {
    try {
      users ??= newTable();
      users.acquire(nobody(i));
    } catch {
      // The first request will see.
    }
  });
}

function newTable(): UserTable {
  const users = new UserTable(NOWHERE, 2);
  users.ask({ userFields: ['userID', 'number'], idTypes: ['id'] });
  return users;
}

/**
 * The code that a first request would have to compile, run once per process while `initialize`
 * waits for a network. Everything that it makes is thrown away. Only waiting is spent on it:
 * for the network, and for the thread that compiles the specs. Where neither takes long enough, it
 * comes after `initialize`.
 */
import { host } from '../host/host';
import { readCommonAgent } from './common-agents';
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

/** The most usual user agent. V8 compiles expressions at their first and at their second use. */
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Chrome/123.0.0.0 Safari/537.36';

let isDone = false;

/** While a network is waited for; after `waiting` at the latest. Never throws. */
export function rehearseWhile(waiting: Promise<unknown>): void {
  if (isDone) return;
  const cancel = host.startTimer(rehearseUsers, LONG_WAIT_MS);
  waiting.then(rehearseUsers, cancel).catch(() => undefined);
}

/**
 * How users become slots and agents are read, in the turns after this one, less than a millisecond
 * each.
 */
export function rehearseUsers(): void {
  if (isDone) return;
  isDone = true;
  // What fails here, the first request will see.
  inTurns().catch(() => undefined);
}

async function inTurns(): Promise<void> {
  let users: UserTable | undefined;
  for (const i of [1, 2, 1]) {
    await host.nextTurn();
    users ??= newTable();
    users.acquire(nobody(i));
    readCommonAgent(AGENT);
  }
}

function newTable(): UserTable {
  const users = new UserTable(NOWHERE, 2);
  users.ask({ userFields: ['userID', 'number'], idTypes: ['id'] });
  return users;
}

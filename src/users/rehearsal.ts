/**
 * The code that a first request would have to compile, run once per process while `initialize`
 * waits: 15 ms of a first request were V8 compiling it, and regular expressions of user agents, for
 * the first time. Everything that it makes is thrown away.
 */
import { rehearseUserAgents } from './user-agent';
import { UserTable, type UserSink } from './user-table';

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

const done = new Set<string>();

/** How users become slots. Never throws. */
export function rehearseUsers(): void {
  once('users', () => {
    const users = new UserTable(NOWHERE, 2);
    users.ask({ userFields: ['userID', 'number'], idTypes: ['id'] });
    for (const i of [1, 2, 1]) users.acquire(nobody(i));
  });
}

/** How user agents are parsed, for specs that ask for them. Never throws. */
export function rehearseAgents(): void {
  once('agents', rehearseUserAgents);
}

function once(what: string, rehearse: () => void): void {
  if (done.has(what)) return;
  done.add(what);
  try {
    rehearse();
  } catch {
    // The first request will see.
  }
}

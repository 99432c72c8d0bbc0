// The server's side of a page: one scope for all its components, and what the browser starts with.
import { cookies } from 'next/headers';
import { after } from 'next/server';
import { cache } from 'react';
import Statsig from 'statsig-node-native';

const currentUser = cache(async () => ({
  userID: (await cookies()).get('user')?.value ?? 'anonymous',
}));

/** Checks of this request. React's `cache` makes it one for all components of a page. */
export const flags = cache(async () => {
  // Where the process may be frozen once the answer is out, events have to leave by then.
  after(() => Statsig.flush(1000));
  return Statsig.forUser(await currentUser());
});

/** What the React SDK begins with: the server's answers, so no request and no flicker. */
export async function bootstrap() {
  const user = await currentUser();
  const key = process.env.NEXT_PUBLIC_STATSIG_CLIENT_KEY;
  const values = Statsig.getClientInitializeResponse(user, key, { hash: 'djb2' });
  return { user, values: JSON.stringify(values) };
}

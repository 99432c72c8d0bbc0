'use client';

import { StatsigProvider, useClientBootstrapInit, useFeatureGate } from '@statsig/react-bindings';

function Button() {
  const { value: isNew } = useFeatureGate('new_checkout');
  return <button type="button">{isNew ? 'new checkout' : 'old checkout'}</button>;
}

/** The same answer on the server, in the browser before its first request, and after it. */
export function Checkout({ user, values }) {
  const key = process.env.NEXT_PUBLIC_STATSIG_CLIENT_KEY;
  const client = useClientBootstrapInit(key, user, values);
  return (
    <StatsigProvider client={client}>
      <Button />
    </StatsigProvider>
  );
}

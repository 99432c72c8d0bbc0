import { bootstrap, flags } from '../flags.js';
import { Checkout } from './checkout.js';

export default async function Page() {
  const [own, values] = await Promise.all([flags(), bootstrap()]);
  return (
    <main>
      <h1>{own.checkGate('new_checkout') ? 'new' : 'old'}</h1>
      <Checkout {...values} />
    </main>
  );
}

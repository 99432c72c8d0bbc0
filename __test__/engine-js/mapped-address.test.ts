import test from 'ava';
import { mappedAddress } from '../../src/engine/js/lookup/mapped-address';
import { HELD } from '../api/ipv6-addresses';

test('what an IPv6 address holds', (t) => {
  for (const [address, held] of HELD) {
    const number = held === null ? null : 0x08080808;
    t.is(mappedAddress(address), number, address);
  }
  t.is(mappedAddress('8.8.8.8'), null);
  t.is(mappedAddress(5), null);
});

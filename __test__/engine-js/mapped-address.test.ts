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

test('each group counts, and each form has its own', (t) => {
  t.is(mappedAddress('::ffff:1.2.3.4'), 0x01020304);
  t.is(mappedAddress('2002:102:304::'), 0x01020304);
  t.is(mappedAddress('2002:102:304:0:0:0::0'), 0x01020304, 'one group is left out');
  for (const other of [
    '0:0:1:0:0:ffff:102:304',
    '0:0:0:1:0:ffff:102:304',
    '0:0:0:0:1:ffff:102:304',
    '64:0::102:304',
    '0:ff9b::102:304',
    '64:ff9b::ffff:102:304',
  ])
    t.is(mappedAddress(other), null, other);
});

test('what is no address holds none', (t) => {
  for (const odd of [
    '2002:102:304',
    '2002:102:304:0:0:0:0:0:0',
    '2002:102:304:0:0:0:0::0',
    '2002::102::304',
    '2002:1.2.3.4::',
    '::ffff:1.2.3.4:0',
    '::ffff:1.2.3',
    '::ffff:1.2.3.256',
    '::ffff:01.2.3.4',
    '2002:1g:304::',
    '2002:10203:304::',
  ])
    t.is(mappedAddress(odd), null, odd);
});

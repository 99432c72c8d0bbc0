/** Names in the spool's folder: what they say, and what is somebody else's. */
import test from 'ava';
import {
  batchFileName,
  isTemporary,
  leaseName,
  ownerOfLease,
  parseBatchName,
  temporaryName,
} from '../../../src/events/spool/file-name';

const ID = '01234567-89ab-cdef-0123-456789abcdef';
const OWNER = '0123abcd.12.345.89abcdef';
const batch = { time: 1_700_000_000_000, id: ID, owner: OWNER, bytes: 77, events: 5 };
const NAME = `001700000000000-${ID}~${OWNER}-77-5.batch`;

test('a name says all there is to know, complete or not', (t) => {
  t.is(batchFileName(batch), NAME);
  for (const name of [NAME, `${NAME}.tmp`, `${NAME}.now`])
    t.deepEqual(parseBatchName(name), batch, name);
});

test('names sort by age, at whatever time', (t) => {
  const ages = [NaN, -5, 0, 0.9, 1.5, 1e15 - 1, 1e15, Infinity].map(
    (time) => batchFileName({ ...batch, time }).split('-')[0],
  );
  const zero = '0'.repeat(15);
  const last = '9'.repeat(15);
  t.deepEqual(ages, [zero, zero, zero, zero, '000000000000001', last, last, last]);
});

test('what is being written has another name, and one of its own at the end of a process', (t) => {
  t.is(temporaryName(NAME, false), `${NAME}.tmp`);
  t.is(temporaryName(NAME, true), `${NAME}.now`);
  t.deepEqual([NAME, `${NAME}.tmp`, `${NAME}.now`].map(isTemporary), [false, true, true]);
});

test('a name claims 1 to 10,000 events', (t) => {
  const events = (count: number): number | undefined =>
    parseBatchName(batchFileName({ ...batch, events: count }))?.events;
  t.deepEqual([0, 1, 10_000, 10_001].map(events), [undefined, 1, 10_000, undefined]);
});

test('any other name is somebody else’s', (t) => {
  for (const name of ['', 'x', `x${NAME}`, `${NAME}.bak`, NAME.replace('~', '-'), `${OWNER}.lease`])
    t.is(parseBatchName(name), null, name);
});

test('a lease is named after its owner', (t) => {
  t.is(leaseName(OWNER), `${OWNER}.lease`);
  t.is(ownerOfLease(leaseName(OWNER)), OWNER);
  for (const name of ['x.lease', NAME, `${OWNER}.lease.tmp`, OWNER])
    t.is(ownerOfLease(name), null, name);
});

/** What is asked for in protobuf's form, round after round. */
import test from 'ava';
import { ProtoDownload } from '../../src/updates/proto/proto-download';
import * as proto from './proto-writer';

const DELTAS = ['supports_proto=true', 'accept_deltas=true'];
const WHOLE = ['supports_proto=true'];
const whole = proto.body(proto.top(1, 'sum'), proto.gate('a', '1', true), proto.DONE);
const download = (isWanted = true): ProtoDownload => new ProtoDownload(isWanted, () => undefined);

test('after ten rounds without anything newer the whole is asked for once', (t) => {
  const one = download();
  for (let cycle = 0; cycle < 2; cycle++) {
    for (let i = 0; i < 9; i++) {
      one.applied(false);
      t.deepEqual(one.query, DELTAS, `${i} of cycle ${cycle}`);
    }
    one.applied(false);
    t.deepEqual(one.query, WHOLE);
  }
  one.unchanged();
  t.deepEqual(one.query, DELTAS, 'the server had nothing else');
});

test('anything newer begins the rounds anew', (t) => {
  const one = download();
  for (let i = 0; i < 9; i++) one.applied(false);
  one.applied(true);
  for (let i = 0; i < 9; i++) one.applied(false);
  t.deepEqual(one.query, DELTAS);
  for (let i = 0; i < 30; i++) one.applied(true);
  t.deepEqual(one.query, DELTAS);
});

test('who did not ask for changes gets none, and reads what comes', async (t) => {
  const one = download(false);
  t.deepEqual(one.query, []);
  const json = JSON.parse(Buffer.from(await one.read(whole)).toString()) as object;
  t.like(json, { time: 1, checksum: 'sum' });
});

test('what cannot be read has the whole asked for; JSON makes changes useless', async (t) => {
  const one = download();
  await one.read(whole);
  one.applied(true);
  await t.throwsAsync(one.read(whole.subarray(0, whole.length - 1)));
  t.deepEqual(one.query, WHOLE);
  const delta = proto.body(proto.COPY_PREVIOUS, proto.top(2, 'b'), proto.DONE);
  await one.read(delta);
  one.applied(true);
  t.deepEqual(one.query, DELTAS);
  const json = new TextEncoder().encode('{"has_updates":true}');
  t.is(await one.read(json), json);
  one.applied(true);
  await t.throwsAsync(one.read(delta), { message: /not here/ });
});

test('only a length and the field of the kind make it protobuf', async (t) => {
  for (const bytes of [[], [0x7b, 0x22], [0x08], [2, 0x09], [0x80, 0x80]]) {
    const body = Uint8Array.from(bytes);
    t.is(await download().read(body), body);
  }
  const long = Uint8Array.from([...new Array<number>(10).fill(0x80), 1, 0x08]);
  t.is(await download().read(long), long, 'no length is so long');
  const longest = Uint8Array.from([...new Array<number>(9).fill(0x80), 1, 0x08]);
  await t.throwsAsync(download().read(longest));
});

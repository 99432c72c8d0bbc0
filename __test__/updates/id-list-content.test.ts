import test from 'ava';
import type { TransportResponse } from '../../src/network/transport';
import { readContent } from '../../src/updates/id-list-content';
import { parseIndex, storedIndex } from '../../src/updates/id-list-index';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entry = (size: number) => ({
  name: 'l',
  url: 'http://lists/l',
  fileID: 'f',
  creationTime: 1,
  size,
});

function read(
  size: number,
  offset: number,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): string {
  const response: TransportResponse = {
    status,
    ok: true,
    header: (name) => headers[name] ?? null,
    body: bytes(text),
  };
  const content = readContent(entry(size), offset, response);
  return typeof content === 'string'
    ? content
    : `${content.isWhole ? 'whole' : 'rest'} ${new TextDecoder().decode(content.lines)}`;
}

test('206 continues, 200 is the whole list or what is missing of it', (t) => {
  t.is(read(6, 0, 200, '+1\n+2\n'), 'whole +1\n+2\n');
  t.is(read(6, 0, 206, '+1\n+2\n'), 'whole +1\n+2\n');
  t.is(read(9, 6, 206, '+3\n'), 'rest +3\n');
  t.is(read(9, 6, 200, '+1\n+2\n+3\n'), 'whole +1\n+2\n+3\n');
  t.is(read(9, 6, 200, '+1\n+2\n+3\n+4\n'), 'whole +1\n+2\n+3\n+4\n');
  t.is(read(9, 6, 200, '+3\n'), 'rest +3\n', 'a server that honours the range and says 200');
  t.is(read(8, 6, 206, '+3'), 'rest +3', 'the last line of a list needs no end');
  t.is(read(9, 6, 206, '+3\n', { 'content-range': 'bytes 6-8/9' }), 'rest +3\n');
  t.is(read(9, 6, 206, '+1\n', { 'content-range': 'bytes 0-2/9' }), 'refused');
  for (const status of [201, 304, 404, 416, 500]) t.is(read(6, 0, status, '+1\n+2\n'), 'refused');
  t.is(read(6, 0, 200, ''), 'restart');
});

test('an answer that falls short gives its whole lines only, or nothing', (t) => {
  t.is(read(30, 0, 200, '+abc\n+de'), 'whole +abc\n');
  t.is(read(30, 5, 206, '+d\n+ef'), 'rest +d\n');
  t.is(read(9, 0, 200, '+abc\n+de'), 'whole +abc\n', 'one byte is missing');
  t.is(read(30, 0, 200, '\n'), 'whole \n');
  t.is(read(30, 0, 200, '+abc'), 'refused');
  t.is(read(12, 5, 200, '+abc\n+d\n'), 'restart');
  t.is(read(30, 1, 200, '+abc\n'), 'restart');
  t.is(read(30, 5, 200, '+abc\n+d\n'), 'restart', 'neither the whole list nor its rest');
  // What fetch has decoded may have been cut off without a word.
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
    t.is(read(30, 0, 200, '+abc\n', { 'content-encoding': encoding }), 'refused');
    t.is(read(5, 0, 200, '+abc\n', { 'content-encoding': encoding }), 'whole +abc\n');
  }
  t.is(read(0, 0, 200, '+abc'), 'whole +abc', 'a list may end without a newline');
});

test('an index has an entry, or nothing at all; one with anything else in it removes nothing', (t) => {
  const good = { url: 'http://l', fileID: 'f', creationTime: 1, size: 3 };
  const parsed = (value: unknown) =>
    parseIndex(bytes(typeof value === 'string' ? value : JSON.stringify(value)));
  const envelopes: unknown[] = [
    { success: false, error: 'upstream timeout' },
    { success: true, data: { vips: good } },
    { message: 'no', statusCode: 502 },
    { error: { url: 'http://l', code: 1 } },
    { lists: [good] },
    { vips: null },
    { vips: [] },
    { vips: 'http://l' },
    { vips: { url: 1, fileID: 'f' } },
    [],
    [good],
    null,
    5,
    'text',
    true,
    '"text"',
    '<html>',
    '',
    '{"vips":',
    '\u0000',
  ];
  for (const envelope of envelopes) t.is(parsed(envelope), null, JSON.stringify(envelope));
  t.like(parsed({}), { entries: [], isComplete: true });
  t.like(parsed({ vips: good }), { isComplete: true });
  const mixed = parsed({ success: false, vips: good, broken: {} });
  t.deepEqual(
    mixed?.entries.map(({ name }) => name),
    ['vips'],
  );
  t.false(mixed?.isComplete);
});

test('names of a stored index, whatever it is stored as', (t) => {
  t.deepEqual(storedIndex('["a","b",5]'), { names: ['a', 'b'], isCertain: true });
  t.deepEqual(storedIndex('{"a":{},"b":1}'), { names: ['a', 'b'], isCertain: true });
  t.deepEqual(storedIndex(bytes('["a"]')), { names: ['a'], isCertain: true });
  t.deepEqual(storedIndex({ a: {} }), { names: ['a'], isCertain: true });
  t.deepEqual(storedIndex('{}'), { names: [], isCertain: true });
  t.deepEqual(storedIndex('{"success":false,"error":"down"}'), {
    names: ['success', 'error'],
    isCertain: false,
  });
  for (const junk of ['junk', '5', 'null', '"a"', bytes('junk')]) t.is(storedIndex(junk), null);
});

test('numbers that are none count as 0', (t) => {
  const odd = { url: 'http://l', fileID: 'f', creationTime: '5', size: null };
  t.deepEqual(parseIndex(bytes(JSON.stringify({ vips: odd })))?.entries, [
    { name: 'vips', url: 'http://l', fileID: 'f', creationTime: 0, size: 0 },
  ]);
});

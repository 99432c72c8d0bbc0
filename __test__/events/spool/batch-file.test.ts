/** A batch as a file, and what is no such file. */
import test from 'ava';
import {
  MAX_FILE_BYTES,
  decodeBatchFile,
  encodeBatchFile,
} from '../../../src/events/spool/batch-file';

const batch = { id: 'id', count: 2, body: Buffer.from('[1,\n2]'), isGzipped: false };
const written = (more: object = {}, key = 'key'): string =>
  Buffer.from(encodeBatchFile({ ...batch, ...more }, key)).toString();
const read = (text: string, key = 'key'): unknown => {
  const decoded = decodeBatchFile(Buffer.from(text), key);
  return typeof decoded === 'string' ? decoded : { ...decoded, body: Buffer.from(decoded.body) };
};

test('what was written comes back, to its key only', (t) => {
  t.deepEqual(read(written()), batch);
  t.deepEqual(read(written({ isGzipped: true, count: 1 })), {
    ...batch,
    isGzipped: true,
    count: 1,
  });
  t.deepEqual(read(written({ body: Buffer.alloc(0) })), { ...batch, body: Buffer.alloc(0) });
  t.is(read(written({}, 'other')), 'foreign');
});

test('a later format is foreign; whatever else was changed is damage', (t) => {
  const [head = '', ...body] = written().split('\n');
  const changed = (more: object): unknown =>
    read([JSON.stringify({ ...JSON.parse(head), ...more }), ...body].join('\n'));
  t.is(changed({ v: 2 }), 'foreign');
  for (const more of [
    { v: '1' },
    { v: null },
    { key: 5 },
    { id: 5 },
    { id: 'other' },
    { count: 3 },
    { count: '2' },
    { isGzipped: 0 },
    { isGzipped: true },
    { sha256: '' },
  ])
    t.is(changed(more), 'damaged', JSON.stringify(more));
  for (const odd of [{ id: 5 }, { isGzipped: 'false' }])
    t.is(read(written(odd)), 'damaged', 'whole, but of other types');
  for (const count of [0, -1, 1.5]) t.is(read(written({ count })), 'damaged');
  for (const text of ['', head, `${head}\n`, '\n', 'null\n', '5\n', '{\n', `${written()}x`])
    t.is(read(text), 'damaged', text);
});

test('files of up to 80 MiB are read', (t) => {
  t.is(MAX_FILE_BYTES, 83_886_080);
});

/** Each message that docs/troubleshooting.md explains is one that the package says. */
import test from 'ava';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

function textsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : textsBelow(path);
    return entry.name.endsWith('.ts') ? [readFileSync(path, 'utf8')] : [];
  });
}

test('its headings are in the sources', (t) => {
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  const messages = [...page.matchAll(/^### `(.+)`$/gm)].map(([, message = '']) => message);
  // A text that is longer than a line stands in pieces.
  const sources = textsBelow(join(root, 'src'))
    .join('\n')
    .replace(/['`] \+\s+['`]/g, '');
  t.deepEqual(
    messages.filter((message) => !sources.includes(message)),
    [],
  );
  t.true(messages.length > 20);
});

process.env['TZ'] = 'UTC';
/** dcs-v2 payloads by hand and those that were recorded, against statsig-node-core. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { runPayload } from '../../differential/newer-payloads';
import { HANDMADE } from '../../differential/newer/handmade';
import { expectedEngines } from './engines';

const recordings = join(__dirname, '..', '..', '..', 'shared', 'data', 'newer');
const files = existsSync(recordings)
  ? readdirSync(recordings).filter((file) => /^(?:seed|dcs_).*\.json$/.test(file))
  : [];
const payloads: [string, () => JsonObject][] = [
  ...Object.entries(HANDMADE),
  ...files.map((file): [string, () => JsonObject] => [
    file,
    () => JSON.parse(readFileSync(join(recordings, file), 'utf8')) as JsonObject,
  ]),
];

for (const [name, make] of payloads) {
  test.serial(
    `${name}: answers, exposures and responses are those of statsig-node-core`,
    async (t) => {
      const found = await runPayload(make(), { users: 2, engines: [...expectedEngines] });
      t.deepEqual(found.differences.slice(0, 5), []);
      t.true(found.compared > 0 && found.entries > 0);
    },
  );
}

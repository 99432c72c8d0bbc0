/** What only dcs-v2 has (NEWER.md 6 to 10, 22), on every engine, as it was recorded. */
import test from 'ava';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../differential/engines';
import { unlikeExplanations } from '../../differential/explanations';
import { compareRecording } from '../../differential/newer-data';
import type { Recording } from '../../differential/newer-data';
import { SpecKind } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { NOW, PAYLOAD, ask, start } from './newer-project';

const recordings = join(__dirname, '..', '..', '..', 'shared', 'data', 'newer');
const files = existsSync(recordings)
  ? readdirSync(recordings).filter((file) => /^seed.*\.json$/.test(file))
  : [];
const { Gate } = SpecKind;

for (const kind of TESTED_ENGINES) {
  for (const file of files) {
    test(`${kind}: answers and exposures as recorded in ${file}`, async (t) => {
      const engine = createEngine(kind);
      t.deepEqual(
        await compareRecording(
          engine,
          JSON.parse(readFileSync(join(recordings, file), 'utf8')) as Recording,
        ),
        [],
      );
      engine.dispose();
    });
  }

  test(`${kind}: what nobody here knows is told once per spec, by its name`, async (t) => {
    const { engine, summary } = await start(kind);
    const told = summary.warnings.filter((text) => text.includes('not supported'));
    t.is(told.length, 3);
    for (const [spec, what] of [
      ['moonlit', 'phase_of_the_moon'],
      ['moonlit_too', 'phase_of_the_moon'],
      ['resembling', 'resembles'],
    ] as const) {
      t.is(
        told.filter((text) =>
          new RegExp(`The gate "${spec}" uses the .* "${what}", which is not supported.`).test(
            text,
          ),
        ).length,
        1,
        spec,
      );
    }
    t.true(
      summary.warnings.some((text) =>
        /^The contextual autotune "broken" was left out: /.test(text),
      ),
    );
    t.is(ask(engine, Gate, 'moonlit').reason, 'Unsupported');
    engine.dispose();
  });
}

test('explanations are the same on every engine, and say what checks do', async (t) => {
  const maps = ['feature_gates', 'dynamic_configs', 'layer_configs', 'overrides', 'cmab_configs'];
  const all = [...new Set(maps.flatMap((map) => Object.keys(PAYLOAD[map] as object)))];
  const one = {
    name: 'newer',
    payload: PAYLOAD,
    idLists: {},
    environment: null,
    now: NOW,
    timeZone: 'UTC',
    users: [
      { userID: 'u', country: 'FR', custom: { plan: 'pro', age: 10 } },
      { userID: 'g', country: 'DE' },
    ],
    overrides: { gates: {}, configs: { best: { g: { arm: 'own' } } }, layers: {} },
  };
  const names = { gates: all, configs: all, layers: all };
  const questions = { names, layerParameters: {}, exposures: false, clientInitialize: [] };
  t.deepEqual(await unlikeExplanations(TESTED_ENGINES, one, questions, PAYLOAD), []);
});

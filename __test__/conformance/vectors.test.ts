process.env['TZ'] = 'UTC';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { EngineKind } from '../../src/engine/engine';
import type { Case, CaseAnswers, JsonObject } from '../../differential/case';
import { canonical, differences, firstDifference } from '../../differential/compare-answers';
import { askEngine, createEngine } from '../../differential/engines';
import { inV2, toV2 } from '../../differential/payload-v2';
import {
  expand,
  improvedFile,
  isV2File,
  readVectors,
  vectorFiles,
  vectorQuestions,
} from '../../differential/vector';
import type { Vector } from '../../differential/vector';
import { expectedEngines } from './engines';
import knownGaps from '../../testdata/known-gaps.json';

/**
 * A test that is allowed to fail for now: `{"test": title, "reason": …}`. The list may only shrink:
 * a gap that has been closed fails the suite until its entry is removed.
 */
interface Gap {
  test: string;
  reason: string;
}

/** IDs and environments that dcs-v2 does not find: it minds case (NEWER.md 14). */
const BY_ANY_CASE = new Set([
  'pass percentage and its buckets',
  'unit ids',
  'environment: own environment',
]);

const gaps = knownGaps as Gap[];
const titles = new Set<string>();

function declare(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  titles.add(title);
  if (gaps.some((gap) => gap.test === title)) test.failing(title, run);
  else test(title, run);
}

function expectedAnswers(vector: Vector): CaseAnswers {
  const kind = (answers: Vector['expected'][number]['gates']) =>
    Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, expand(answer)]));
  return {
    accepted: true,
    users: vector.expected.map(({ gates, configs, layers }) => ({
      gates: kind(gates),
      configs: kind(configs),
      layers: kind(layers),
    })),
    events: [],
    clientInitialize: (vector.clientInitialize ?? []).map(({ response }) =>
      response === null ? null : JSON.stringify(response),
    ),
  };
}

/** Differences as text, at most ten: enough to see the pattern. */
async function mismatches(
  kind: EngineKind,
  vector: Vector,
  payload: JsonObject,
  expectedOf = expectedAnswers(vector),
): Promise<string[]> {
  const engine = createEngine(kind);
  try {
    const actual = await askEngine(engine, vector as Case, vectorQuestions(vector), payload);
    const found = [...differences(expectedOf, actual)].slice(0, 10);
    return found.map(({ area, user, kind: of, name, expected, actual: got }) => {
      const part = firstDifference(canonical(expected), canonical(got));
      return `${area} ${of} ${name} user ${user}: expected …${part.expected}, got …${part.actual}`;
    });
  } finally {
    engine.dispose();
  }
}

for (const kind of expectedEngines) {
  for (const file of vectorFiles()) {
    for (const vector of readVectors(file)) {
      declare(`${kind}: ${file}: ${vector.name}`, async (t) => {
        t.deepEqual(await mismatches(kind, vector, vector.payload), []);
      });
      // A malformed payload cannot be converted, nor one of dcs-v2.
      const other = file === improvedFile || isV2File(file) ? null : toV2(vector.payload);
      if (other === null || BY_ANY_CASE.has(vector.name)) continue;
      declare(`${kind}: ${file}: ${vector.name}, as dcs-v2`, async (t) => {
        t.deepEqual(await mismatches(kind, vector, other, inV2(expectedAnswers(vector))), []);
      });
    }
  }
}

test('the expected engines are the ones that ran', (t) => {
  t.log(`engines: ${expectedEngines.join(', ')}`);
  t.true(expectedEngines.length > 0);
  for (const kind of expectedEngines) {
    const engine = createEngine(kind);
    t.is(engine.kind, kind);
    engine.dispose();
  }
});

test('there are vectors for every condition type and operator', (t) => {
  const gates = vectorFiles()
    .filter((file) => file.startsWith('operators-'))
    .flatMap((file) => readVectors(file))
    .flatMap(({ payload }) =>
      (payload['feature_gates'] as JsonObject[]).map((gate) => gate['name'] as string),
    );
  t.true(gates.length >= 440, `${gates.length} gates`);
});

test('every known gap names a test of an expected engine and a reason', (t) => {
  for (const { test: title, reason } of gaps) {
    const isForAnother = !expectedEngines.some((kind) => title.startsWith(`${kind}: `));
    t.true(isForAnother || titles.has(title), title);
    t.true(reason.length > 20, title);
  }
  t.is(new Set(gaps.map(({ test: title }) => title)).size, gaps.length);
});

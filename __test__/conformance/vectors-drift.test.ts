process.env['TZ'] = 'UTC';
import test from 'ava';
import { canonical } from '../../differential/compare-answers';
import {
  answerVector,
  answeredFiles,
  improvedFile,
  readVectors,
  vectorFiles,
} from '../../differential/vector';

// One after another: the oracle's switches are process-global.
for (const file of answeredFiles()) {
  test.serial(`statsig-node still answers as ${file} says`, async (t) => {
    for (const vector of readVectors(file))
      t.is(canonical(await answerVector(vector)), canonical(vector), vector.name);
  });
}

test('every improvement says why', (t) => {
  const improved = vectorFiles().includes(improvedFile) ? readVectors(improvedFile) : [];
  t.true(improved.length > 0);
  for (const vector of improved) t.true((vector.reason ?? '').length > 20, vector.name);
});

/** The hand-written vectors of dcs-v2 say what statsig-node-core answers. */
import test from 'ava';
import { coreAnswers } from '../../differential/core-answers';
import { askCore } from '../../differential/core-sdk';
import {
  expand,
  isV2File,
  readVectors,
  vectorFiles,
  vectorQuestions,
} from '../../differential/vector';
import type { Vector } from '../../differential/vector';
import type { Answer, JsonObject } from '../../differential/case';

const answers = (kind: Vector['expected'][number]['gates']): Record<string, Answer> =>
  Object.fromEntries(Object.entries(kind).map(([name, answer]) => [name, expand(answer)]));

for (const file of vectorFiles().filter(isV2File)) {
  for (const vector of readVectors(file)) {
    test.serial(`statsig-node-core answers as ${file} says: ${vector.name}`, async (t) => {
      const core = await askCore(
        vector.payload,
        vector.users as JsonObject[],
        vectorQuestions(vector).names,
      );
      for (const [user, { gates, configs, layers }] of vector.expected.entries()) {
        const expected = coreAnswers(
          { gates: answers(gates), configs: answers(configs), layers: answers(layers) },
          vector.payload,
          [],
        );
        for (const [name, answer] of Object.entries(expected)) {
          const other = core[user]![name]!;
          // What it leaves behind in unsupported gates depends on how far it got (NEWER.md 3).
          if (answer.reason === 'Unsupported') t.is(other.reason, 'Unsupported', name);
          else t.deepEqual({ ...other, exposures: [] }, answer, name);
        }
        // Layers expose their parameters, and not here.
        for (const [kind, all] of [
          ['gate', answers(gates)],
          ['config', answers(configs)],
        ] as const) {
          for (const [name, answer] of Object.entries(all)) {
            if ('failed' in answer || answer.reason !== null) continue;
            t.deepEqual(
              core[user]![`${kind} ${name}`]!.exposures[0]?.secondary,
              answer.secondaryExposures,
              name,
            );
          }
        }
      }
    });
  }
}

/**
 * Tests that want a program or an engine which not every machine has. Where it is missing they are
 * skipped, and their title says why; with CI=true they fail, because a test that never runs proves
 * nothing.
 */
import test, { type Implementation } from 'ava';
import { find } from '../scripts/lib/programs.cjs';
import type { EngineKind } from '../src/engine/engine';
import { ASKED_ENGINES, TESTED_ENGINES } from './engines';

/** Payloads recorded from the service lie beside the repository, where they lie at all. */
export const NO_RECORDED_PROJECT = 'the recorded project is not beside the repository';

type Declare = (title: string, run: Implementation<[]>) => void;

/** ava's `test` (or `test.serial`), or a skipped one whose title ends in `problem`. */
export function unless(problem: string | null, declare: Declare = test): Declare {
  return problem === null ? declare : (title, run) => test.skip(`${title} (${problem})`, run);
}

function failingInCi(problem: string | null, declare?: Declare): Declare {
  return problem === null || process.env['CI'] !== 'true'
    ? unless(problem, declare)
    : (title) => test(title, (t) => t.fail(problem));
}

/** ava's `test`, or `test.serial`, for a program of scripts/lib/programs.cjs. */
export function needs(program: string, declare?: Declare): Declare {
  return failingInCi(find(program) === undefined ? `${program} is not installed` : null, declare);
}

/** ava's `test` for an engine; one that was left out on purpose is no failure. */
export function needsEngine(kind: EngineKind): Declare {
  if (TESTED_ENGINES.includes(kind)) return unless(null);
  return ASKED_ENGINES === null
    ? failingInCi(`the ${kind} engine is not built`)
    : unless(`the ${kind} engine was not asked for`);
}

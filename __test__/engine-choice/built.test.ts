/**
 * The engines that the suites run on. An engine that is not built takes its tests with it, and this
 * one says so.
 */
import { TESTED_ENGINES } from '../engines';
import { needsEngine } from '../needs';
import { selectEngine } from '../../src/engine/select';

for (const kind of ['native', 'wasm', 'js'] as const) {
  needsEngine(kind)(`all tests of the ${kind} engine`, (t) => {
    t.true(TESTED_ENGINES.includes(kind));
    t.is(selectEngine(kind).engine.kind, kind);
  });
}

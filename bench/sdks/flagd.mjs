// flagd's in-process evaluator. It tracks nothing, so "with events" and "without" are the same for
// it.
import { createRequire } from 'node:module';
import { flat } from './flat-user.mjs';
import { flagCount } from '../payloads/index.mjs';
import { flags, toFlagd } from '../payloads/flags.mjs';

const require = createRequire(import.meta.url);
export const info = { package: '@openfeature/flagd-core', kind: 'other' };
export const load = () => require('@openfeature/flagd-core');

export async function create({ FlagdCore }, { project }) {
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(toFlagd(flags(flagCount(project)))));
  return {
    tracksNothing: true,
    user: (plain) => flat(plain, 'targetingKey'),
    gate: (context, name) => core.resolveBooleanEvaluation(name, false, context, silent).value,
    flush: async () => {},
    shutdown: async () => {},
  };
}

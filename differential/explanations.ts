/**
 * Explanations of a case: on each engine the same tree to the byte, with the answer of a check, and
 * a text of it whatever the payload.
 */
import {
  EXPERIMENT_KIND,
  EvalBits,
  EvalCode,
  EvalMode,
  SpecKind,
  type Engine,
  type EngineKind,
  type LookupKind,
} from '../src/engine/engine';
import { formatExplanation, PayloadWords, treeOf } from '../src/explain/explain';
import { argumentsOf } from './arguments';
import { payloadText, type Case, type JsonObject, type Questions } from './case';
import { canonical } from './compare-answers';
import { builtEngines, createEngine, loadCase, setUser, userAgentOf } from './engines';
import { fuzzCase } from './fuzz-case';
import { oddCase } from './fuzz-payloads';
import { toV2 } from './payload-v2';

const KINDS: readonly [LookupKind, 'gates' | 'configs' | 'layers'][] = [
  [SpecKind.Gate, 'gates'],
  [SpecKind.Config, 'configs'],
  [EXPERIMENT_KIND, 'configs'],
  [SpecKind.Layer, 'layers'],
];

/** What an engine explains, a line each; null when it refuses the payload. */
export async function explanationsOf(
  kind: EngineKind,
  one: Case,
  questions: Questions,
  payload: JsonObject,
): Promise<string[] | null> {
  const engine = createEngine(kind);
  try {
    const asked = await loadCase(engine, one, payload);
    if (asked === null) return null;
    const words = PayloadWords.of({ key: payload, read: () => payloadText(payload) });
    const lines: string[] = [];
    for (const [at, user] of one.users.entries()) {
      setUser(engine, 0, one, user as object, asked);
      for (const [lookup, list] of KINDS) {
        for (const name of questions.names[list])
          lines.push(line(engine, words, [lookup, name], { one, at }));
      }
    }
    return lines;
  } finally {
    engine.dispose();
  }
}

function line(
  engine: Engine,
  words: PayloadWords,
  [lookup, name]: [LookupKind, string],
  { one, at }: { one: Case; at: number },
): string {
  const index = engine.specIndex(lookup, name);
  const withAgent = (ask: () => number): number => {
    const code = ask();
    if (code !== EvalCode.NeedsUserAgent) return code;
    engine.setUserAgent(0, userAgentOf(one, at));
    return ask();
  };
  let trace = engine.explain(0, index, one.now);
  const told = withAgent(() => (trace = engine.explain(0, index, one.now)).code);
  const code = withAgent(() => engine.evaluate(0, index, EvalMode.Quiet, one.now));
  const answer = (of: number): string =>
    JSON.stringify(of < 0 ? of : engine.outcome(of >> EvalBits.OutcomeShift));
  const where = `${engine.kind} ${lookup} ${name} user ${at}`;
  if (answer(told) !== answer(code))
    throw new Error(`${where}: explained ${answer(told)}, checked ${answer(code)}`);
  const spec = treeOf(trace, words, false);
  const record = code < 0 ? null : engine.outcome(code >> EvalBits.OutcomeShift);
  if (record !== null && spec !== null && !trace.isCut) {
    if (spec.ruleID !== record.ruleID || spec.value !== record.value)
      throw new Error(`${where}: the tree says ${spec.ruleID} ${spec.value}: ${answer(code)}`);
  }
  const text = formatExplanation({
    ...{ kind: 'gate', name, value: true, ruleID: '', groupName: null, reason: '', summary: '' },
    ...{ exposures: [], spec, isCut: trace.isCut },
  });
  return JSON.stringify({
    where: `${lookup} ${name} ${at}`,
    record: canonical(record),
    spec,
    text,
  });
}

/** The first lines that differ between engines; none is good. */
export async function unlikeExplanations(
  kinds: readonly EngineKind[],
  one: Case,
  questions: Questions,
  payload: JsonObject,
): Promise<string[]> {
  const [first = null, ...others] = await Promise.all(
    kinds.map((kind) => explanationsOf(kind, one, questions, payload)),
  );
  for (const other of others) {
    const at = (first ?? []).findIndex((line, i) => line !== other?.[i]);
    if (at >= 0) return [first?.[at] ?? '', other?.[at] ?? ''];
    if (first?.length !== other?.length) return ['only some engines refuse the payload'];
  }
  return [];
}

/** Users of a generated case, and its size besides. */
const size = { gates: 12, configs: 6, layers: 4, users: 10, clientInitialize: 0 };

/** Generated projects in both dialects, and such with odd fields. The same number, the same case. */
export function explainedCases(number: number): [string, Case, Questions, JsonObject][] {
  const { one, questions } = fuzzCase(number, size, { exotic: number % 3 === 2 });
  const odd = oddCase(number);
  return [
    [`${number} in dcs-v1`, one, questions, one.payload],
    [`${number} in dcs-v2`, one, questions, toV2(one.payload) ?? one.payload],
    [`${number}, odd`, odd.one, odd.questions, odd.one.payload],
  ];
}

/** `npx tsx differential/explanations.ts [--seed N] [--cases N] [--engines native,js]` */
async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const from = given.number('seed', 1);
  let failures = 0;
  let explanations = 0;
  for (let number = from; number < from + given.number('cases', 100); number++) {
    for (const [name, one, questions, payload] of explainedCases(number)) {
      let found: string[];
      try {
        found = await unlikeExplanations(engines, one, questions, payload);
      } catch (error) {
        found = [String((error as Error).stack)];
      }
      const { gates, configs, layers } = questions.names;
      explanations += one.users.length * (gates.length + 2 * configs.length + layers.length);
      if (found.length === 0) continue;
      if (failures++ < 5)
        console.log(`case ${name}:\n  ${found.map((f) => f.slice(0, 3000)).join('\n  ')}`);
    }
  }
  console.log(
    `engines ${engines.join(', ')}; ${explanations} explanations: ${failures} cases differ`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}

if (require.main === module) void main();

/**
 * `npm run fuzz -- --seed N --cases N [--engines native,js] [--exotic] [--wild] [--zone
 * Europe/Berlin] [--users N] [--responses N] [--reports N] [--case N] [--updates]`; `--case` starts
 * at the number that a report names, `--updates` has other specs serve before those that are asked
 *
 * Generates cases, asks statsig-node and every engine (dcs-v1 and dcs-v2 form), and reports every
 * difference that `known-differences.ts` does not recognise, with a shrunk case in
 * `differential/failures`. Exit code 1 if any.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argumentsOf } from './arguments';
import type { EngineKind } from '../src/engine/engine';
import type { Case, CaseAnswers, JsonObject, Questions } from './case';

const given = argumentsOf(process.argv.slice(2));
// Set before anything looks at a clock: the zone decides how dates without one are read.
process.env['TZ'] = given.text('zone', 'UTC');

import { canonical, differences, firstDifference } from './compare-answers';
import type { Difference } from './compare-answers';
import { askEngine, builtEngines, createEngine, loadCase } from './engines';
import { defaultSize, fuzzCase } from './fuzz-case';
import { explain } from './known-differences';
import { askOracle, useTrueSha256 } from './oracle';
import { pastOf } from './past';
import { asBothRead, inV2, toV2 } from './payload-v2';
import { shrink } from './shrink';
import { formatJson } from './vector';

type Form = 'v1' | 'v2';

interface Tally {
  evaluations: number;
  events: number;
  responses: number;
  known: Map<string, number>;
  failures: number;
}

const tally: Tally = { evaluations: 0, events: 0, responses: 0, known: new Map(), failures: 0 };
/** Enough to see a pattern; more would hide it. */
const mostReports = given.number('reports', 12);

async function ask(
  kind: EngineKind,
  form: Form,
  one: Case,
  questions: Questions,
): Promise<CaseAnswers> {
  const engine = createEngine(kind);
  try {
    // `formsOf` has made sure that there is such a form; shrinking may take it away, and is then
    // not followed.
    const payload = form === 'v2' ? (toV2(one.payload) ?? one.payload) : one.payload;
    if (given.flag('updates'))
      for (const past of pastOf(payload, one.now)) await loadCase(engine, one, past);
    return await askEngine(
      engine,
      one,
      { ...questions, clientInitialize: callsOf(form, one, questions) },
      payload,
    );
  } finally {
    engine.dispose();
  }
}

/** Unknown differences, in order. */
function* unexplained(
  one: Case,
  expected: CaseAnswers,
  actual: CaseAnswers,
): Generator<Difference> {
  for (const difference of differences(expected, actual)) {
    const known = explain(difference, one, expected);
    if (known === undefined) yield difference;
    else tally.known.set(known.cites, (tally.known.get(known.cites) ?? 0) + 1);
  }
}

function count(questions: Questions, users: number, answers: CaseAnswers): void {
  const { gates, configs, layers } = questions.names;
  tally.evaluations += users * (gates.length + configs.length + layers.length);
  tally.events += answers.events.length;
  tally.responses += answers.clientInitialize.length;
}

/**
 * Only what the difference is about is asked while shrinking: quicker, and it cannot wander to
 * another one.
 */
function focused(
  difference: Difference,
  one: Case,
  questions: Questions,
): { one: Case; questions: Questions } {
  const none = { gates: [], configs: [], layers: [] };
  if (difference.area === 'answer') {
    const isTargeting = difference.kind === 'targeting';
    const names = { ...none, [isTargeting ? 'configs' : difference.kind]: [difference.name] };
    return {
      one: { ...one, users: [one.users[difference.user]] },
      questions: {
        names,
        layerParameters: {},
        exposures: false,
        targeting: isTargeting,
        clientInitialize: [],
      },
    };
  }
  if (difference.area === 'clientInitialize') {
    const call = questions.clientInitialize[Number(difference.name.split(' ')[1])];
    if (call === undefined) return { one, questions };
    const names = none;
    return {
      one: { ...one, users: [one.users[call.user]] },
      questions: {
        names,
        layerParameters: {},
        exposures: false,
        clientInitialize: [{ ...call, user: 0 }],
      },
    };
  }
  return { one, questions: { ...questions, clientInitialize: [] } };
}

async function firstFailure(
  kind: EngineKind,
  form: Form,
  one: Case,
  questions: Questions,
  area: string,
): Promise<Difference | undefined> {
  const expected = inForm(form, one, questions, await askOracle(one, questions));
  const actual = await ask(kind, form, one, questions);
  for (const difference of differences(expected, actual)) {
    if (difference.area === area && explain(difference, one, expected) === undefined)
      return difference;
  }
  return undefined;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : canonical(value);
  return text.length > 700 ? `${text.slice(0, 700)}…` : text;
}

function describe(difference: Difference): string {
  const { expected, actual } = difference;
  const parts =
    typeof expected === 'string' && typeof actual === 'string'
      ? firstDifference(expected, actual)
      : { expected, actual };
  return `  ${difference.area} ${difference.kind} ${JSON.stringify(difference.name)} user ${difference.user}\n  statsig-node: ${show(parts.expected)}\n  ours:         ${show(parts.actual)}`;
}

/**
 * The narrowest of the whole case, all users with fewer questions, and one user with one question
 * that still fails.
 */
async function narrowest(
  kind: EngineKind,
  form: Form,
  difference: Difference,
  one: Case,
  questions: Questions,
): Promise<{ one: Case; questions: Questions }> {
  const focus = focused(difference, one, questions);
  const oneAsked = {
    one,
    questions: { ...focus.questions, clientInitialize: questions.clientInitialize },
  };
  for (const candidate of [focus, oneAsked]) {
    if (
      (await firstFailure(kind, form, candidate.one, candidate.questions, difference.area)) !==
      undefined
    )
      return candidate;
  }
  return { one, questions };
}

async function report(
  kind: EngineKind,
  form: Form,
  difference: Difference,
  one: Case,
  questions: Questions,
): Promise<void> {
  const narrow = await narrowest(kind, form, difference, one, questions);
  const fails = async (smaller: Case): Promise<boolean> => {
    try {
      return (
        (await firstFailure(kind, form, smaller, narrow.questions, difference.area)) !== undefined
      );
    } catch {
      return false;
    }
  };
  const small = await shrink(narrow.one, fails, given.number('shrink', 600));
  const last =
    (await firstFailure(kind, form, small, narrow.questions, difference.area)) ?? difference;
  const path = join(
    __dirname,
    'failures',
    `${kind}-${form}-${one.name.replace(/\W+/g, '-')}-${tally.failures}.json`,
  );
  mkdirSync(join(__dirname, 'failures'), { recursive: true });
  writeFileSync(
    path,
    `${formatJson({ engine: kind, form, difference: last, questions: narrow.questions, case: small }, 6)}\n`,
  );
  console.log(
    `${one.name} ${kind} ${form}\n${describe(last)}\n  user: ${show(small.users[last.user] ?? small.users[0] ?? null)}\n  case: ${path}`,
  );
}

/** Forms of a payload that can be compared. */
function formsOf(payload: JsonObject): Form[] {
  return toV2(payload) === null ? ['v1'] : ['v1', 'v2'];
}

/**
 * Responses about dcs-v2 hide local overrides at every level, in dcs-v1 they show through gates
 * within others (Q12), and what is overridden there has no explicit parameters: fuzz-newer.ts
 * compares those with statsig-node-core.
 */
function callsOf(form: Form, { overrides }: Case, { clientInitialize }: Questions): Calls {
  if (form === 'v1') return clientInitialize;
  const isOverridden = Object.values(overrides).some((byName) => Object.keys(byName).length > 0);
  return clientInitialize.filter(
    ({ options }) => !isOverridden && (options as JsonObject)['overrides'] === undefined,
  );
}

type Calls = Questions['clientInitialize'];

/** What a form is to answer. */
function inForm(form: Form, one: Case, questions: Questions, answers: CaseAnswers): CaseAnswers {
  if (form === 'v1') return answers;
  const calls = new Set(callsOf(form, one, questions));
  const responses = answers.clientInitialize.filter((_, i) =>
    calls.has(questions.clientInitialize[i]!),
  );
  return inV2({ ...answers, clientInitialize: responses });
}

async function runCase(seed: number, engines: EngineKind[]): Promise<void> {
  const size = {
    ...defaultSize,
    users: given.number('users', defaultSize.users),
    clientInitialize: given.number('responses', defaultSize.clientInitialize),
  };
  const { one, questions } = fuzzCase(seed, size, {
    exotic: given.flag('exotic'),
    wild: given.flag('wild'),
  });
  for (const form of formsOf(one.payload)) {
    const asked = form === 'v2' ? asBothRead(one) : one;
    const answers = await askOracle(asked, questions);
    if (form === 'v1') count(questions, one.users.length, answers);
    const expected = inForm(form, asked, questions, answers);
    for (const kind of engines) {
      const actual = await ask(kind, form, asked, questions);
      const found = [...unexplained(asked, expected, actual)];
      tally.failures += found.length;
      const areas = new Set(found.map(({ area }) => area));
      // A wrong answer makes wrong events and responses; they are reported when they are all there
      // is.
      const first = found[0];
      if (first === undefined) continue;
      console.log(
        `${one.name} ${kind} ${form}: ${found.length} differences (${[...areas].join(', ')})`,
      );
      if (reported++ < mostReports) await report(kind, form, first, asked, questions);
    }
  }
}

let reported = 0;
/** Set by SIGINT and SIGTERM: the running case is finished and the summary printed. */
let isStopped = false;

async function main(): Promise<void> {
  useTrueSha256(true);
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const seed = given.number('seed', 1);
  const cases = given.number('cases', 10);
  const start = process.hrtime.bigint();
  const first = given.number('case', seed * 100_003);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => (isStopped = true));
  let done = 0;
  for (; done < cases && !isStopped; done++) await runCase(first + done, engines);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(
    `engines ${engines.join(', ')}; seed ${seed}; ${done} payloads; ${tally.evaluations} evaluations, ${tally.events} exposures, ${tally.responses} client-initialize responses, each per engine; ${seconds.toFixed(0)} s`,
  );
  for (const [cites, times] of tally.known) console.log(`known, ${times} times: ${cites}`);
  console.log(`${tally.failures} differences`);
  process.exitCode = tally.failures === 0 ? 0 : 1;
}

void main();

/**
 * `npx tsx differential/fuzz-payloads.ts --seed N --cases N [--engines native,js] [--reports N]
 * [--case N]`
 *
 * Projects in both dialects with one to three odd fields (`mutate.ts`). The engines must agree in
 * everything: whether the payload is taken, its summary, answers, exposures, client-initialize
 * responses; and in dcs-v1 with statsig-node, but for what `known-differences.ts` knows. Exit code
 * 1 if anything differs.
 */
import type { EngineKind, SpecsSummary } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import { asRead } from './as-read';
import { payloadText } from './case';
import type { Case, CaseAnswers, JsonObject, Questions } from './case';
import { canonical, differences, firstDifference } from './compare-answers';
import type { Difference } from './compare-answers';
import { askEngine, builtEngines, createEngine } from './engines';
import { fuzzCase } from './fuzz-case';
import { explainOdd } from './known-differences';
import { mutate } from './mutate';
import { askOracle, useTrueSha256 } from './oracle';
import { toV2 } from './payload-v2';
import { Random } from './random';

const size = { gates: 9, configs: 5, layers: 3, users: 4, clientInitialize: 0 };

export interface OddCase {
  one: Case;
  questions: Questions;
  /** The payload before. */
  original: JsonObject;
  /** What was done to it. */
  changes: string[];
  isV2: boolean;
}

/** The same number gives the same case. */
export function oddCase(number: number): OddCase {
  const random = new Random(number ^ 0x0dd);
  // Few projects, so that oddities meet the same specs.
  const { one, questions } = fuzzCase(1000 + (number % 40), size);
  const v2 = number % 2 === 1 ? toV2(one.payload) : null;
  const original = (v2 ?? one.payload) as JsonObject;
  const payload = structuredClone(original);
  if (random.chance(0.5))
    payload['sdk_configs'] = {
      sampling_mode: random.pick(['on', 'shadow']),
      special_case_sampling_rate: 2,
    };
  const changes = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () =>
    mutate(random, payload),
  );
  // All three shapes of the response; statsig-node knows one.
  const calls = ['none', 'djb2'].map((hash, user) => ({
    user,
    clientKey: user === 0 ? null : 'client-hashed',
    options: { hash },
    random: 0.3,
  }));
  return {
    one: { ...one, environment: null, overrides: { gates: {}, configs: {}, layers: {} }, payload },
    questions: { ...questions, clientInitialize: calls },
    original,
    changes,
    isV2: v2 !== null,
  };
}

/** Everything that an engine says about a payload. */
export interface Said {
  summary: object | null;
  answers: CaseAnswers;
  modern: unknown[];
}

export async function said(kind: EngineKind, { one, questions }: OddCase): Promise<Said> {
  const engine = createEngine(kind);
  try {
    const prepared = await engine
      .prepareSpecs(new TextEncoder().encode(payloadText(one.payload)))
      .catch(() => null);
    if (prepared !== null && prepared.handle !== 0) engine.discardSpecs(prepared.handle);
    const summary = prepared === null ? null : comparable(prepared.summary);
    const answers = await askEngine(engine, one, questions);
    const shapes = questions.clientInitialize.flatMap((call) =>
      ['v2', 'init-v2'].map((responseFormat) => ({
        ...call,
        options: { ...call.options, responseFormat },
      })),
    );
    const none = { gates: [], configs: [], layers: [] };
    const modern = await askEngine(engine, one, {
      names: none,
      layerParameters: {},
      exposures: false,
      clientInitialize: shapes,
    });
    return { summary, answers, modern: modern.clientInitialize };
  } finally {
    engine.dispose();
  }
}

/**
 * Without needs where they are not the same question: the js engine's time zone is the host's,
 * names of fields may be too many, and of a malformed spec the rest may be looked at or not.
 */
function comparable({
  warnings,
  usesTimeZone: _zone,
  userFields: _fields,
  idTypes: _types,
  ...summary
}: SpecsSummary): object {
  const { usesIpTable: _table, usesUserAgent: _agent, usesIdLists: _lists, ...rest } = summary;
  return warnings.length === 0 ? summary : { ...rest, warnings };
}

/** Times are numbers that JSON cannot carry, sometimes. */
const spelled = (value: unknown): string =>
  canonical(
    JSON.parse(
      JSON.stringify(value, (_key, inner: unknown) =>
        typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
      ) ?? 'null',
    ),
  );

/** What differs between two engines. */
export function unlike(first: Said, other: Said): string[] {
  const found: string[] = [];
  const texts = [
    ['summary', first.summary, other.summary],
    ['newer responses', first.modern, other.modern],
  ] as const;
  for (const [what, left, right] of texts)
    if (spelled(left) !== spelled(right))
      found.push(`${what}: ${parts(spelled(left), spelled(right))}`);
  for (const difference of differences(first.answers, other.answers))
    found.push(describe(difference));
  return found;
}

function parts(left: string, right: string): string {
  const { expected, actual } = firstDifference(left, right);
  return `…${expected} | …${actual}`.slice(0, 600);
}

function describe({ area, kind, name, user, expected, actual }: Difference): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : spelled(value));
  return `${area} ${kind} ${name} user ${user}: ${parts(text(expected), text(actual))}`;
}

/** What differs from statsig-node and is not known to. */
export async function unlikeOracle(
  { one, questions }: OddCase,
  answers: CaseAnswers,
): Promise<string[]> {
  let expected: CaseAnswers;
  try {
    expected = await askOracle({ ...one, payload: asRead(one.payload) }, questions);
  } catch {
    // It does not even start.
    return [];
  }
  // One odd spec costs the whole payload there (Q34).
  if (!expected.accepted) return [];
  if (!answers.accepted) return ['taken by statsig-node, refused here'];
  return [...differences(expected, answers)]
    .filter((difference) => !explainOdd(difference, one, expected))
    .map(describe);
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  useTrueSha256(true);
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const cases = given.number('cases', 200);
  const from = given.number('case', given.number('seed', 1) * 100_003);
  let failures = 0;
  for (let number = from; number < from + cases; number++) {
    const odd = oddCase(number);
    const [first, ...others] = await Promise.all(engines.map((kind) => said(kind, odd)));
    const found = others.flatMap((other, index) =>
      unlike(first!, other).map((text) => `${engines[0]} | ${engines[index + 1]}: ${text}`),
    );
    if (!odd.isV2)
      found.push(
        ...(await unlikeOracle(odd, first!.answers)).map(
          (text) => `statsig-node | ${engines[0]}: ${text}`,
        ),
      );
    if (found.length === 0) continue;
    failures++;
    if (failures <= given.number('reports', 10))
      console.log(
        `case ${number} ${odd.isV2 ? 'dcs-v2' : 'dcs-v1'}: ${odd.changes.join('; ')}\n  ${found.slice(0, 3).join('\n  ')}`,
      );
  }
  console.log(`engines ${engines.join(', ')}; ${cases} payloads: ${failures} differ`);
  process.exitCode = failures === 0 ? 0 : 1;
}

if (require.main === module) void main();

/**
 * Client-initialize responses of fuzzed projects: every engine against statsig-node, byte for byte,
 * and the newer formats of every engine against each other. `npx tsx
 * __test__/bootstrap/campaign.ts` runs the whole campaign (200 payloads, 50 users, three hashes;
 * some ten minutes) and prints counts; `--payloads N --users N --seed N` change it.
 */
process.env['TZ'] = 'UTC';
import { argumentsOf } from '../../differential/arguments';
import type { Case, ClientInitializeCall, JsonObject, Questions } from '../../differential/case';
import { canonical } from '../../differential/compare-answers';
import { askEngine, builtEngines, createEngine } from '../../differential/engines';
import { fuzzCase } from '../../differential/fuzz-case';
import { askOracle, useTrueSha256 } from '../../differential/oracle';
import { asBothRead, inV2, toV2 } from '../../differential/payload-v2';
import { Random } from '../../differential/random';
import type { EngineKind } from '../../src/engine/engine';

export interface Campaign {
  seed: number;
  payloads: number;
  users: number;
  engines: EngineKind[];
}

export interface Tally {
  payloads: number;
  /** Responses of statsig-node. */
  expected: number;
  /** Responses compared with it, over all engines and both payload forms. */
  compared: number;
  /** Responses of the newer formats compared between engines. */
  modern: number;
  differences: string[];
}

const HASHES = ['none', 'djb2', 'sha256'];
const KEYS = [null, 'client-hashed', 'client-plain', 'client-unknown'];

/** Options beside the hash: overrides, local overrides, client keys, in turn. */
function variants(random: Random, questions: Questions): JsonObject {
  const { gates, configs, layers } = questions.names;
  const overrides = {
    featureGates: { [random.pick(gates)]: random.chance(0.5) },
    dynamicConfigs: {
      [random.pick(configs)]: random.pick<JsonObject>([
        { value: { o: 1 } },
        { groupName: 'Test' },
        {},
      ]),
    },
    layers: { [random.pick(layers)]: { value: { l: true } } },
  };
  const options: JsonObject = {};
  if (random.chance(0.3)) options['includeLocalOverrides'] = true;
  if (random.chance(0.3)) options['overrides'] = overrides;
  return options;
}

function legacyCalls(random: Random, users: number, questions: Questions): ClientInitializeCall[] {
  const one = (user: number, hash: string): ClientInitializeCall => ({
    user,
    clientKey: random.chance(0.4) ? random.pick(KEYS) : null,
    options: { hash, ...variants(random, questions) },
    random: random.pick([0, 0.2, 0.45, 0.9]),
  });
  return Array.from({ length: users }, (_, user) => HASHES.map((hash) => one(user, hash))).flat();
}

function modernCalls(
  random: Random,
  calls: ClientInitializeCall[],
  questions: Questions,
): ClientInitializeCall[] {
  const some = (names: string[]): string[] => names.filter(() => random.chance(0.5));
  return calls
    .filter((_, index) => index % 4 === 0)
    .map((call) => {
      const options: JsonObject = {
        ...call.options,
        responseFormat: random.pick(['v1', 'v2', 'init-v2']),
      };
      if (random.chance(0.3)) options['removeIdType'] = true;
      if (random.chance(0.3)) options['removeDefaultValueGates'] = true;
      if (random.chance(0.3)) options['previousResponseHash'] = '1';
      if (random.chance(0.3)) options['featureGateFilter'] = some(questions.names.gates);
      if (random.chance(0.3)) options['experimentFilter'] = some(questions.names.configs);
      if (random.chance(0.3)) options['dynamicConfigFilter'] = some(questions.names.configs);
      if (random.chance(0.3)) options['layerFilter'] = some(questions.names.layers);
      return { ...call, options };
    });
}

async function responses(
  kind: EngineKind,
  one: Case,
  questions: Questions,
  payload: JsonObject,
): Promise<string[]> {
  const engine = createEngine(kind);
  try {
    const answers = await askEngine(engine, one, questions, payload);
    return answers.clientInitialize.map((text) =>
      typeof text === 'string' ? text : canonical(text),
    );
  } finally {
    engine.dispose();
  }
}

function textOf(response: unknown): string {
  return typeof response === 'string' ? response : canonical(response);
}

async function runPayload(seed: number, { users, engines }: Campaign, tally: Tally): Promise<void> {
  const size = { gates: 24, configs: 12, layers: 6, users, clientInitialize: 0 };
  const { one, questions } = fuzzCase(seed, size);
  const random = new Random(seed ^ 0x5eed);
  const nothing = {
    names: { gates: [], configs: [], layers: [] },
    exposures: false,
    targeting: false,
  };
  const calls = legacyCalls(random, users, questions);
  const asked: Questions = { ...questions, ...nothing, clientInitialize: calls };
  const modern: Questions = { ...asked, clientInitialize: modernCalls(random, calls, questions) };
  const answers = await askOracle(one, asked);
  const expected = answers.clientInitialize.map(textOf);
  tally.payloads++;
  tally.expected += expected.length;
  const forms: [string, Case, string[]][] = [['v1', one, expected]];
  const [other, inOther] = [asBothRead(one), toV2(one.payload)];
  if (inOther !== null) {
    const wanted = inV2(await askOracle(other, asked)).clientInitialize.map(textOf);
    forms.push(['v2', { ...other, payload: inOther }, wanted]);
  }
  let reference: string[] | null = null;
  for (const kind of engines) {
    for (const [form, posed, wanted] of forms) {
      const actual = await responses(kind, posed, asked, posed.payload);
      tally.compared += actual.length;
      note(tally, `${kind} ${form} payload ${seed}`, wanted, actual);
    }
    const newer = await responses(kind, one, modern, one.payload);
    reference ??= newer;
    tally.modern += newer.length;
    note(tally, `${kind} newer formats, payload ${seed}`, reference, newer);
  }
}

function note(tally: Tally, where: string, expected: string[], actual: string[]): void {
  for (const [index, text] of expected.entries()) {
    const other = actual[index] ?? 'nothing';
    if (text === other) continue;
    let at = 0;
    while (text[at] === other[at]) at++;
    tally.differences.push(
      `${where}, call ${index}: expected …${text.slice(Math.max(0, at - 80), at + 80)}, got …${other.slice(Math.max(0, at - 80), at + 80)}`,
    );
  }
}

/** Runs it; the process keeps nothing. */
export async function runCampaign(
  campaign: Campaign,
  progress: (done: number) => void = () => undefined,
): Promise<Tally> {
  useTrueSha256(true);
  const tally: Tally = { payloads: 0, expected: 0, compared: 0, modern: 0, differences: [] };
  for (let i = 0; i < campaign.payloads; i++) {
    await runPayload(campaign.seed + i, campaign, tally);
    progress(i + 1);
  }
  return tally;
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const campaign: Campaign = {
    seed: given.number('seed', 60_000),
    payloads: given.number('payloads', 200),
    users: given.number('users', 50),
    engines: builtEngines(),
  };
  const tally = await runCampaign(campaign, (done) => {
    if (done % 20 === 0) console.log(`${done} payloads`);
  });
  const { payloads, expected, compared, modern, differences } = tally;
  console.log(
    `${payloads} payloads × ${campaign.users} users × ${HASHES.length} hashes, engines ${campaign.engines.join(', ')}:`,
  );
  console.log(
    `${expected} responses of statsig-node, ${compared} of the engines compared with them byte for byte, ${modern} of newer formats between engines`,
  );
  console.log(`${differences.length} differences`);
  for (const difference of differences.slice(0, 5)) console.log(difference);
  process.exitCode = differences.length > 0 ? 1 : 0;
}

if (require.main === module) void main();

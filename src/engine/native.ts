/**
 * Loads the N-API binary: a local build beside this file, else the platform's optional package.
 * Node only.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interpreterOf, refuseCutOff } from './native-elf';
import type { Engine, PreparedSpecs } from './engine';
import type { Inflated } from './inflater';
import type { UapReader } from './uap-reader';
import { nodeHost } from './node-host';
import { RustEngine, ownBytes, preparedOf, type RustBinding } from './rust-adapter';

/**
 * The addon's class. Its threads read no memory of JavaScript, which may be detached meanwhile:
 * bytes are copied first.
 */
interface NativeBinding extends RustBinding {
  /** The number of an input, 0 when there is no room. */
  openInput(length: number): number;
  /** False when the piece does not fit. */
  addInput(input: number, piece: Uint8Array): boolean;
  closeInput(input: number): void;
  /** Null when Node is to say what is wrong. Takes the input. */
  inflate(input: number, encoding: number, maxBytes: number): Promise<number | null>;
  prepareInflated(input: number): Promise<string>;
  dropInflated(input: number): void;
  /** Resolves to the JSON of `PreparedSpecs`, with a `key`. Takes the input. */
  prepareSpecs(input: number): Promise<string>;
  /** The same at once of what another engine of the process holds; null: none does. */
  prepareKnown(key: string): string | null;
  updateIdList(name: string, replace: boolean, input: number): Promise<boolean>;
}

interface NativeModule {
  SharedDownloads: new () => NativeDownloads;
  NativeEngine: new () => NativeBinding;
  /** Name and version of the system, then of the browser. */
  readUserAgent(agent: string): string[];
  loadUserAgents(): Promise<void>;
}

/** See crates/node/src/downloads.rs; `SharedDownloads` of network/, which engines do not know. */
export interface NativeDownloads {
  ask(
    key: string,
    mostMs: number,
  ): { isComing: boolean; head?: string | null; body?: Uint8Array | null };
  give(key: string, head: string, body: Uint8Array): void;
  giveUp(): void;
}

/** Name of this platform as napi-rs spells it, e.g. `linux-x64-gnu`. */
export function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  if (platform === 'win32') return `win32-${arch}-msvc`;
  return `${platform}-${arch}`;
}

/**
 * Whether this Node runs on musl: by the loader that its executable names, else by what its report
 * lacks.
 */
function isMusl(): boolean {
  try {
    return interpreterOf(process.execPath).includes('musl');
  } catch {
    return !reportsGlibc();
  }
}

/** glibc reports its version in the process report; musl does not. Costs 7 ms. */
function reportsGlibc(): boolean {
  try {
    const report: { excludeNetwork?: boolean; getReport(): object } | undefined = process.report;
    if (report === undefined) return true;
    // Interfaces may need DNS look-ups, which takes seconds on some machines.
    report.excludeNetwork = true;
    const { header }: { header?: { glibcVersionRuntime?: string } } = report.getReport();
    return header?.glibcVersionRuntime !== undefined;
  } catch {
    return true;
  }
}

let loaded: NativeModule | undefined;

// Not plain `require`, in which bundlers look for what they have to bundle, and warn of a name they
// can't know.
const requireFile = createRequire(__filename);

/** Where the binary of this platform is from. */
export interface PlatformFile {
  readonly packageName: string;
  /** What is loaded: a local build, else the file of the package. Null: it is not installed. */
  readonly path: string | null;
}

/** Looks for it; loads nothing. */
export function platformFile(): PlatformFile {
  const name = platformName();
  const packageName = `statsig-node-native-${name}`;
  const local = join(__dirname, 'generated', `statsig-node-native.${name}.node`);
  if (existsSync(local)) return { packageName, path: local };
  try {
    return { packageName, path: requireFile.resolve(packageName) };
  } catch {
    return { packageName, path: null };
  }
}

function load(): NativeModule {
  const { packageName, path: known } = platformFile();
  // Says, when there is none, where it was looked for.
  const path = known ?? requireFile.resolve(packageName);
  if (path.endsWith('.node') && process.platform === 'linux') refuseCutOff(path);
  const found: Partial<NativeModule> = requireFile(path);
  if (typeof found.NativeEngine !== 'function')
    throw new Error(`${path} is no statsig-node-native binary`);
  return found as NativeModule;
}

/**
 * Bytes copied in one turn of the event loop, a third of a millisecond: 50 MB at once would hold it
 * for tens.
 */
const SLICE = 1024 * 1024;

/** Marks bytes that nobody changes any more: `kept` of the host, which engines do not import. */
const KEPT = Symbol.for('statsig-node-native.kept-bytes');

function isKept(bytes: Uint8Array & { [KEPT]?: boolean }): boolean {
  return bytes[KEPT] === true;
}

/** Of payloads that nobody changes: the key by which an engine finds what another one holds. */
const KEYS = new WeakMap<Uint8Array, Promise<string | null>>();

function keyOf(prepared: PreparedSpecs & { key?: string }): string | null {
  return prepared.key ?? null;
}

class NativeEngine extends RustEngine {
  constructor(private readonly native: NativeBinding) {
    super('native', native);
  }

  async prepareSpecs(payload: Uint8Array | Inflated): Promise<PreparedSpecs> {
    if (payload instanceof InflatedInput)
      return preparedOf(await this.native.prepareInflated(payload.input));
    return this.prepareBytes(payload as Uint8Array);
  }

  async inflate(body: Uint8Array, encoding: string, maxBytes: number): Promise<Inflated | null> {
    const input = await this.allSlices(body);
    const inflated = await this.native.inflate(input, ENCODINGS.indexOf(encoding), maxBytes);
    return inflated === null ? null : new InflatedInput(this, inflated, input, this.native);
  }

  /** What many instances are given, one of them prepares. */
  private async prepareBytes(payload: Uint8Array): Promise<PreparedSpecs> {
    const known = KEYS.get(payload);
    if (known !== undefined) {
      const key = await known;
      const held = key === null ? null : this.native.prepareKnown(key);
      if (held !== null) return preparedOf(held);
    }
    if (!isKept(payload)) return this.prepareNew(payload);
    const coming = this.prepareNew(payload);
    KEYS.set(
      payload,
      coming.then(keyOf, () => null),
    );
    return coming;
  }

  private async prepareNew(payload: Uint8Array): Promise<PreparedSpecs> {
    return preparedOf(await this.native.prepareSpecs(await this.allSlices(payload)));
  }

  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    return this.native.updateIdList(name, replace, await this.allSlices(lines));
  }

  /** The number of an input with these bytes. */
  private async allSlices(bytes: Uint8Array): Promise<number> {
    const input = this.firstSlice(ownBytes(bytes));
    if (bytes.byteLength > SLICE) await this.furtherSlices(input, bytes);
    return input;
  }

  private firstSlice(bytes: Uint8Array): number {
    const input = this.native.openInput(bytes.byteLength);
    this.add(input, bytes, 0);
    return input;
  }

  /** What was detached or resized meanwhile has another length, and is refused. */
  private async furtherSlices(input: number, bytes: Uint8Array): Promise<void> {
    const { byteLength } = bytes;
    for (let from = SLICE; from < byteLength; from += SLICE) {
      await nodeHost.nextTurn();
      this.add(input, bytes.byteLength === byteLength ? bytes : NO_BYTES, from);
    }
  }

  private add(input: number, bytes: Uint8Array, from: number): void {
    const length = Math.min(SLICE, bytes.byteLength - from);
    const piece =
      length > 0 ? new Uint8Array(bytes.buffer, bytes.byteOffset + from, length) : NO_BYTES;
    const isTaken = this.native.addInput(input, piece) && (length > 0 || from === 0);
    if (isTaken) return;
    this.native.closeInput(input);
    throw new Error('There is no room for these bytes, or they changed while they were read');
  }
}

const NO_BYTES = new Uint8Array(0);

/** By the numbers of `inflate.rs`. */
const ENCODINGS: readonly string[] = ['gzip', 'deflate', 'br'];

/** What was inflated lies in the addon, under the number of its input. */
class InflatedInput implements Inflated {
  constructor(
    readonly owner: NativeEngine,
    readonly length: number,
    readonly input: number,
    private readonly native: NativeBinding,
  ) {}

  release(): void {
    this.native.dropInflated(this.input);
  }
}

/**
 * A new native engine. @throws Error when no binary for this platform loads; the message says why.
 */
export function createNativeEngine(): Engine {
  loaded ??= load();
  return new NativeEngine(new loaded.NativeEngine());
}

/** One view of what the threads of this process download. @throws Error as `createNativeEngine` */
export function createSharedDownloads(): NativeDownloads {
  loaded ??= load();
  return new loaded.SharedDownloads();
}

/** By the crate ua-parser, one for all engines of the process. The binary is loaded already. */
export const uapReader: UapReader = {
  load: () => void loaded?.loadUserAgents().catch(() => undefined),
  read(agent) {
    const [osName = null, osVersion = null, browserName = null, browserVersion = null] =
      loaded?.readUserAgent(agent) ?? [];
    return { osName, osVersion, browserName, browserVersion };
  },
};

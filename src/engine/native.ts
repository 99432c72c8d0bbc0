/** Loads the N-API binary: a local build beside this file, else the platform's optional package. Node only. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Engine } from './engine';
import { RustEngine, type RustBinding } from './rust-adapter';

interface NativeModule {
  NativeEngine: new () => RustBinding & { version(): string; userCapacity(): number };
}

/** Name of this platform as napi-rs spells it, e.g. `linux-x64-gnu`. */
export function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  if (platform === 'win32') return `win32-${arch}-msvc`;
  return `${platform}-${arch}`;
}

/** glibc reports its version in the process report; musl does not. */
function isMusl(): boolean {
  try {
    const report = process.report as { excludeNetwork?: boolean; getReport(): object } | undefined;
    if (report === undefined) return false;
    // Interfaces may need DNS look-ups, which takes seconds on some machines.
    report.excludeNetwork = true;
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime === undefined;
  } catch {
    return false;
  }
}

let loaded: NativeModule | undefined;

function load(): NativeModule {
  const name = platformName();
  const local = join(__dirname, 'generated', `statsig-node-native.${name}.node`);
  // Not plain `require`, in which bundlers look for what they have to bundle, and warn of a name they can't know.
  const requireFile = createRequire(__filename);
  const path = existsSync(local) ? local : requireFile.resolve(`statsig-node-native-${name}`);
  if (path.endsWith('.node') && process.platform === 'linux') refuseCutOff(path);
  const found = requireFile(path) as Partial<NativeModule>;
  if (typeof found.NativeEngine !== 'function') throw new Error(`${path} is no statsig-node-native binary`);
  return found as NativeModule;
}

/** Where the fields of a 64-bit little-endian ELF header are that tell where its last part, the section table, ends. */
const ELF = { bytes: 64, class64: 2, sections: 40, sectionSize: 58, sectionCount: 60 } as const;

/**
 * The loader maps a file that is shorter than its headers say and dies of SIGBUS when it touches what is missing, which
 * no process survives; so the length is checked first. Cost: 50 µs. @throws Error when the file is cut off
 */
function refuseCutOff(path: string): void {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(ELF.bytes);
    const length = readSync(file, header, 0, ELF.bytes, 0);
    // Anything else than such an ELF file is refused by the loader with an error.
    if (length < ELF.bytes || header.toString('latin1', 1, 4) !== 'ELF' || header[4] !== ELF.class64) return;
    const table = header.readUInt16LE(ELF.sectionSize) * header.readUInt16LE(ELF.sectionCount);
    const end = Number(header.readBigUInt64LE(ELF.sections)) + table;
    const { size } = fstatSync(file);
    if (size < end) throw new Error(`${path} is cut off: ${size} of ${end} bytes`);
  } finally {
    closeSync(file);
  }
}

/** A new native engine. @throws Error when no binary for this platform loads; the message says why. */
export function createNativeEngine(): Engine {
  loaded ??= load();
  const binding = new loaded.NativeEngine();
  return new RustEngine('native', binding.version(), binding.userCapacity(), binding);
}

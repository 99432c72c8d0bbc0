/** Loads the N-API binary: a local build beside this file, else the platform's optional package. Node only. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interpreterOf, refuseCutOff } from './native-elf';
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

/** Whether this Node runs on musl: by the loader that its executable names, else by what its report lacks. */
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
    const report = process.report as { excludeNetwork?: boolean; getReport(): object } | undefined;
    if (report === undefined) return true;
    // Interfaces may need DNS look-ups, which takes seconds on some machines.
    report.excludeNetwork = true;
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime !== undefined;
  } catch {
    return true;
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

/** A new native engine. @throws Error when no binary for this platform loads; the message says why. */
export function createNativeEngine(): Engine {
  loaded ??= load();
  const binding = new loaded.NativeEngine();
  return new RustEngine('native', binding.version(), binding.userCapacity(), binding);
}

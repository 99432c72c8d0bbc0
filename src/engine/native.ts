/** Loads the N-API binary: a local build beside this file, else the platform's optional package. Node only. */
import { existsSync } from 'node:fs';
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
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a binary has no import form
  return require(existsSync(local) ? local : `statsig-node-native-${name}`) as NativeModule;
}

/** A new native engine. @throws Error when no binary for this platform loads; the message says why. */
export function createNativeEngine(): Engine {
  loaded ??= load();
  const binding = new loaded.NativeEngine();
  return new RustEngine('native', binding.version(), binding.userCapacity(), binding);
}

// Which Rust toolchain can build for a target on this machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from './run.mjs';

/**
 * How to call cargo for `target`: `cargo`, its further `args` and `env`; null when no toolchain here can. rustup's
 * standard library for the target (`rustup target add`) comes first; without it Debian's compiler builds the standard
 * library from its own sources (`rustc-web cargo-web rust-web-src`), with the crates of it that `std` names.
 */
export function toolchainFor(target, std) {
  const libdir = outputOf('rustc', ['--print', 'target-libdir', '--target', target]);
  if (libdir !== null && existsSync(libdir.trim())) return { name: 'rustup', cargo: 'cargo', args: [], env: {} };
  const sysroot = outputOf('/usr/bin/rustc', ['--print', 'sysroot']);
  if (sysroot === null || !existsSync('/usr/bin/cargo')) return null;
  if (!existsSync(join(sysroot.trim(), 'lib/rustlib/src/rust/library/std'))) return null;
  const env = { RUSTC_BOOTSTRAP: '1', RUSTC: '/usr/bin/rustc', CARGO: '/usr/bin/cargo' };
  return { name: 'Debian', cargo: '/usr/bin/cargo', args: [`-Zbuild-std=${std}`], env };
}

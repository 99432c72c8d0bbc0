// Which Rust toolchain can build for a target on this machine.
import programs from './programs.cjs';

/**
 * How to call cargo for `target`: `cargo`, its further `args` and `env`; null when no toolchain
 * here can. `std` names the crates of the standard library that Debian's compiler has to build (see
 * programs.cjs).
 */
export function toolchainFor(target, std) {
  const found = programs.rustFor(target);
  if (found === null) return null;
  if (!found.buildsStd) return { name: 'rustup', cargo: 'cargo', args: [], env: {} };
  const env = { RUSTC_BOOTSTRAP: '1', RUSTC: found.rustc, CARGO: found.cargo };
  return { name: 'Debian', cargo: found.cargo, args: [`-Zbuild-std=${std}`], env };
}

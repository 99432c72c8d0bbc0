// Builds the binary that is published for one platform.
//
//   node scripts/release/build.mjs --target <triple> [--output <folder>]
//
// Linux: cargo-zigbuild with zig as the linker, for glibc 2.17 or musl, whatever machine this is;
// the versions in .ci/release-tools.txt are installed below .cache. The standard library is
// rustup's for the target, or is built by Debian's compiler. So is macOS from Linux, to see that it
// links: zig has stubs of what it links to. What is published of macOS and Windows is linked there,
// by their own linkers, through build/native.mjs.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { platforms } from '../lib/platforms.mjs';
import { pathWithTools } from '../lib/pip-tools.mjs';
import { mustRun } from '../lib/run.mjs';
import { toolchainFor } from '../lib/rust-toolchain.mjs';
import { root } from '../lib/stamp.mjs';

const { values: given } = parseArgs({
  options: {
    target: { type: 'string' },
    output: { type: 'string', default: 'src/engine/generated' },
  },
});
const platform = platforms.find((entry) => entry.target === given.target);
if (!platform)
  throw new Error(`--target: one of ${platforms.map((entry) => entry.target).join(', ')}`);
const output = resolve(root, given.output);

const isMac = platform.os === 'darwin';
if (platform.os === 'linux' || (isMac && process.platform === 'linux')) {
  const tools = toolchainFor(platform.target, 'std,panic_unwind');
  if (tools === null) {
    console.error(
      `no Rust standard library for ${platform.target}: rustup target add ${platform.target}, or on Debian`,
    );
    console.error('apt-get install rustc-web cargo-web rust-web-src');
    process.exit(1);
  }
  const abi = platform.libc === 'glibc' ? '.2.17' : '';
  // musl targets link libc statically unless told not to, and an addon has to use the one that node
  // has loaded.
  const flags = platform.libc === 'musl' ? '-C target-feature=-crt-static' : '';
  const env = {
    ...process.env,
    ...tools.env,
    PATH: pathWithTools('release-tools'),
    RUSTFLAGS: `${process.env.RUSTFLAGS ?? ''} ${flags}`.trim(),
    ...(isMac ? { MACOSX_DEPLOYMENT_TARGET: /[\d.]+/.exec(platform.minimum)[0] } : {}),
  };
  const args = [
    '--release',
    '--package',
    'statsig-node-native',
    '--target',
    `${platform.target}${abi}`,
    ...tools.args,
  ];
  mustRun('cargo-zigbuild', ['zigbuild', ...args], { env });
  const built = join(
    process.env.CARGO_TARGET_DIR ?? join(root, 'target'),
    platform.target,
    `release/libstatsig_node_native.${isMac ? 'dylib' : 'so'}`,
  );
  mkdirSync(output, { recursive: true });
  copyFileSync(built, join(output, platform.file));
  console.log(`release binary: ${join(output, platform.file)}`);
} else {
  mustRun(
    process.execPath,
    [join(root, 'scripts/build/native.mjs'), '--require', '--target', platform.target],
    { shell: false },
  );
}

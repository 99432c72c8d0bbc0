// The platforms that get a native binary. One row per optional package; the order is that of
// napi-rs' documentation. `minimum` is the baseline that the release build promises
// (docs/platforms.md).
export const binaryName = 'statsig-node-native';

export const platforms = [
  row('linux-x64-gnu', 'x86_64-unknown-linux-gnu', 'glibc 2.17'),
  row('linux-x64-musl', 'x86_64-unknown-linux-musl', 'musl 1.2'),
  row('linux-arm64-gnu', 'aarch64-unknown-linux-gnu', 'glibc 2.17'),
  row('linux-arm64-musl', 'aarch64-unknown-linux-musl', 'musl 1.2'),
  row('darwin-x64', 'x86_64-apple-darwin', 'macOS 10.13'),
  row('darwin-arm64', 'aarch64-apple-darwin', 'macOS 11'),
  row('win32-x64-msvc', 'x86_64-pc-windows-msvc', 'Windows 10'),
  row('win32-arm64-msvc', 'aarch64-pc-windows-msvc', 'Windows 11'),
];

function row(name, target, minimum) {
  const [os, cpu, abi] = name.split('-');
  const libc = { gnu: 'glibc', musl: 'musl' }[abi] ?? null;
  return {
    name,
    target,
    os,
    cpu,
    libc,
    minimum,
    file: `${binaryName}.${name}.node`,
    packageName: `${binaryName}-${name}`,
  };
}

/** The row of the machine that runs this, or null when it is none of them. */
export function thisPlatform() {
  const libc = process.platform !== 'linux' ? null : isMusl() ? 'musl' : 'glibc';
  return (
    platforms.find((p) => p.os === process.platform && p.cpu === process.arch && p.libc === libc) ??
    null
  );
}

function isMusl() {
  return !process.report.getReport().header.glibcVersionRuntime;
}

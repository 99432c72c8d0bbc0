// What a Mach-O library for macOS says of itself, read without Apple's tools.
const loadDylib = 0x0c;
const buildVersion = 0x32;
const versionMin = 0x24;

const versionOf = (number) => [number >>> 16, (number >>> 8) & 0xff];

/**
 * The machine, the libraries that are loaded, and the oldest macOS as [major, minor].
 * @throws Error for what is no 64-bit library
 */
export function readMachO(bytes) {
  if (bytes.readUInt32LE(0) !== 0xfeedfacf || bytes.readUInt32LE(12) !== 6)
    throw new Error('no 64-bit Mach-O library');
  const libraries = [];
  let minimum = null;
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    if (command === loadDylib) {
      const name = bytes.subarray(at + bytes.readUInt32LE(at + 8), at + size).toString('latin1');
      libraries.push(name.split('\0')[0]);
    }
    if (command === versionMin) minimum = versionOf(bytes.readUInt32LE(at + 8));
    if (command === buildVersion) minimum = versionOf(bytes.readUInt32LE(at + 12));
    at += size;
  }
  const cpu = { 0x0100000c: 'arm64', 0x01000007: 'x64' }[bytes.readUInt32LE(4)] ?? 'unknown';
  return { cpu, libraries, minimum };
}

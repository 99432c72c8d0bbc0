// What a Mach-O library for macOS says of itself, read without Apple's tools.
const loadSymbols = 0x02;
const loadDylib = 0x0c;
const codeSignature = 0x1d;
const versionMin = 0x24;
const buildVersion = 0x32;
/** Of a symbol's type: seen by others; where it is defined (0: elsewhere). */
const external = 0x01;
const definedIn = 0x0e;
/** Instead of a library's number: found at run time, in whatever has been loaded. */
const anywhere = 0xfe;

const versionOf = (number) => [number >>> 16, (number >>> 8) & 0xff];

/**
 * The machine, the libraries that are loaded, the oldest macOS as [major, minor], whether it is
 * signed, names that others see, and names that it wants from Node and not from its libraries.
 * @throws Error for what is no 64-bit library
 */
export function readMachO(bytes) {
  if (bytes.readUInt32LE(0) !== 0xfeedfacf || bytes.readUInt32LE(12) !== 6)
    throw new Error('no 64-bit Mach-O library');
  const found = { libraries: [], minimum: null, isSigned: false, exported: [], wanted: [] };
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    if (command === loadDylib) found.libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
    if (command === versionMin) found.minimum = versionOf(bytes.readUInt32LE(at + 8));
    if (command === buildVersion) found.minimum = versionOf(bytes.readUInt32LE(at + 12));
    if (command === codeSignature) found.isSigned = true;
    if (command === loadSymbols) Object.assign(found, symbolsOf(bytes, at));
    at += size;
  }
  const cpu = { 0x0100000c: 'arm64', 0x01000007: 'x64' }[bytes.readUInt32LE(4)] ?? 'unknown';
  return { cpu, ...found };
}

function symbolsOf(bytes, command) {
  const [first, count, texts] = [8, 12, 16].map((offset) => bytes.readUInt32LE(command + offset));
  const [exported, wanted] = [[], []];
  for (let at = first; at < first + count * 16; at += 16) {
    const type = bytes[at + 4];
    if ((type & external) === 0) continue;
    const name = textAt(bytes, texts + bytes.readUInt32LE(at));
    if ((type & definedIn) !== 0) exported.push(name);
    else if (bytes[at + 7] === anywhere) wanted.push(name);
  }
  return { exported, wanted };
}

const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));

/**
 * Reads what the native engine needs to know of 64-bit little-endian ELF files: Linux executables
 * and addons.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where the fields of the file's header are; offsets in bytes. */
const HEADER = {
  bytes: 64,
  class64: 2,
  programs: 32,
  sections: 40,
  programSize: 54,
  programCount: 56,
  sectionSize: 58,
  sectionCount: 60,
} as const;
/** Where the fields of one entry of the program table are. */
const PROGRAM = { bytes: 56, offset: 8, size: 32, interpreter: 3, mostBytes: 4096 } as const;

/** Calls `use` with the file and its header; `null` for a file that is no such ELF file. */
function withHeader<T>(path: string, use: (file: number, header: Buffer) => T): T | null {
  const file = openSync(path, 'r');
  try {
    const header = bytesAt(file, 0, HEADER.bytes);
    const isElf =
      header.length === HEADER.bytes &&
      header.toString('latin1', 1, 4) === 'ELF' &&
      header[4] === HEADER.class64;
    return isElf ? use(file, header) : null;
  } finally {
    closeSync(file);
  }
}

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

/**
 * The loader maps a file that is shorter than its headers say and dies of SIGBUS when it touches
 * what is missing, which no process survives; so the length is checked first. The section table
 * ends the file. Anything else than such an ELF file is refused by the loader with an error. Cost:
 * 50 µs. @throws Error when the file is cut off
 */
export function refuseCutOff(path: string): void {
  withHeader(path, (file, header) => {
    const table =
      header.readUInt16LE(HEADER.sectionSize) * header.readUInt16LE(HEADER.sectionCount);
    const end = Number(header.readBigUInt64LE(HEADER.sections)) + table;
    const { size } = fstatSync(file);
    if (size < end) throw new Error(`${path} is cut off: ${size} of ${end} bytes`);
  });
}

/**
 * The loader that an executable asks for, e.g. `/lib64/ld-linux-x86-64.so.2`. Cost: 50 µs.
 * @throws Error when the file is no such ELF file, or is linked statically
 */
export function interpreterOf(path: string): string {
  const name = withHeader(path, (file, header) => {
    const count = header.readUInt16LE(HEADER.programCount);
    const table = Number(header.readBigUInt64LE(HEADER.programs));
    for (let i = 0; i < count; i++) {
      const entry = bytesAt(
        file,
        table + i * header.readUInt16LE(HEADER.programSize),
        PROGRAM.bytes,
      );
      if (entry.readUInt32LE(0) !== PROGRAM.interpreter) continue;
      const length = Math.min(Number(entry.readBigUInt64LE(PROGRAM.size)), PROGRAM.mostBytes);
      return bytesAt(file, Number(entry.readBigUInt64LE(PROGRAM.offset)), length).toString(
        'latin1',
      );
    }
    return null;
  });
  if (name === null) throw new Error(`${path} names no loader`);
  return name;
}

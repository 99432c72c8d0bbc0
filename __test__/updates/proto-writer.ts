/** Config specs in protobuf's form, as a server writes them (NEWER.md 19). */

type Value =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Fields
  | { double: number }
  | { float: number };
export type Fields = readonly (readonly [number: number, value: Value])[];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

function double(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

function float(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

function block(bytes: Uint8Array): number[] {
  return [...varint(BigInt(bytes.length)), ...bytes];
}

/** Fields by number. */
export function message(fields: Fields): Uint8Array {
  const bytes: number[] = [];
  const tag = (number: number, type: number): number[] => varint(BigInt(number * 8 + type));
  for (const [number, value] of fields) {
    if (typeof value === 'object' && 'double' in value)
      bytes.push(...tag(number, 1), ...double(value.double));
    else if (typeof value === 'object' && 'float' in value)
      bytes.push(...tag(number, 5), ...float(value.float));
    else if (typeof value === 'string')
      bytes.push(...tag(number, 2), ...block(new TextEncoder().encode(value)));
    else if (value instanceof Uint8Array) bytes.push(...tag(number, 2), ...block(value));
    else if (typeof value === 'object') bytes.push(...tag(number, 2), ...block(message(value)));
    else bytes.push(...tag(number, 0), ...varint(BigInt(value)));
  }
  return new Uint8Array(bytes);
}

export type Envelope = readonly [kind: number, name?: string, checksum?: string, data?: Fields];

/** Envelopes one after the other. */
export function body(...envelopes: Envelope[]): Uint8Array {
  const parts = envelopes.flatMap(([kind, name = '', checksum = '', data = []]) =>
    block(
      message([
        [1, kind],
        [2, name],
        [3, checksum],
        [4, data],
      ]),
    ),
  );
  return new Uint8Array(parts);
}

export const top = (time: number, checksum: string, rest: object = {}) =>
  [
    2,
    '',
    checksum,
    [
      [1, true],
      [2, time],
      [4, 'dcs-v2'],
      [5, checksum],
      [7, JSON.stringify(rest)],
    ],
  ] as const;

export const DONE = [1] as const;
export const COPY_PREVIOUS = [10] as const;

/** A gate of one rule for everybody, on the condition `all`. */
export const gate = (name: string, checksum: string, passes: boolean, entity = 1) =>
  [
    3,
    name,
    checksum,
    [
      [1, 'salt'],
      [2, true],
      [3, [[1, false]]],
      [4, entity],
      [5, [[1, 1]]],
      [
        7,
        [
          [1, `rule of ${name}`],
          [2, 100],
          [3, `rule of ${name}`],
          [5, 'all'],
          [6, [[1, 1]]],
          [7, [[1, passes]]],
        ],
      ],
    ],
  ] as const;

export const everybody = (checksum: string) =>
  [
    7,
    'all',
    checksum,
    [
      [1, 1],
      [2, [[1, 1]]],
    ],
  ] as const;

/** Sums by map. */
export const checksums = (sums: Record<string, bigint>) =>
  [
    9,
    '',
    '',
    Object.entries(sums).map(([map, sum]) => [
      1,
      [
        [1, map],
        [2, sum],
      ],
    ]),
  ] as unknown as readonly [number, string, string, Fields];

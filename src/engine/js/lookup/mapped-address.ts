/** IPv6 addresses that hold an IPv4 one. Mirrors `mapped_address` of `lookup/ip.rs`. */

const HEX = /^[0-9a-fA-F]{1,4}$/;
const OCTET = /^(0|[1-9][0-9]{0,2})$/;

/**
 * The IPv4 address in a mapped (`::ffff:0:0/96`), NAT64 (`64:ff9b::/96`) or 6to4 (`2002::/16`)
 * address; null for anything else.
 */
export function mappedAddress(address: unknown): number | null {
  const groups = typeof address === 'string' && address.includes(':') ? groupsOf(address) : null;
  if (groups === null) return null;
  const [first, second, third] = groups as [number, number, number];
  const joined = (high: number, low: number): number => high * 0x1_0000 + low;
  if (first === 0x2002) return joined(second, third);
  const middle = groups.slice(2, 5).every((group) => group === 0);
  const isMapped = first === 0 && second === 0 && groups[5] === 0xffff;
  const isNat64 = first === 0x64 && second === 0xff9b && groups[5] === 0;
  return middle && (isMapped || isNat64) ? joined(groups[6]!, groups[7]!) : null;
}

/** The eight groups of an address; null for a text that is none. */
function groupsOf(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, i) => partsOf(half, i === halves.length - 1));
  if (head == null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function partsOf(half: string, isLast: boolean): number[] | null {
  if (half === '') return [];
  const parts = half.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (HEX.test(part)) groups.push(parseInt(part, 16));
    else {
      const pair = isLast && i === parts.length - 1 ? octetsOf(part) : null;
      if (pair === null) return null;
      groups.push(...pair);
    }
  }
  return groups;
}

function octetsOf(text: string): [number, number] | null {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) < 256))
    return null;
  const [a, b, c, d] = octets.map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
}

/** Pools of values that make evaluators disagree. Used for targets of conditions and for attributes of users. */
import type { Json } from './case';
import type { Random } from './random';

export const numbers: Json[] = [
  0, 1, -1, 5, 10, 42, 99, 0.5, -0.25, 1e21, 1e-7, 1e300, 9007199254740993, 2147483648, -2147483649, 1700000000, 1700000000000, 9999999999, 10000000000,
];

export const numericTexts: Json[] = [
  '0', '1', '-1', '5', '10', ' 10 ', '+5', '5.', '.5', '1e3', '0x10', '0b11', '0o17', '-0x1', '1_000', '1,5', '', ' ', '\t\n', 'Infinity',
  '-Infinity', 'NaN', '٣', '1n', '00012', '1e1000', '\ufeff7', '9007199254740993', '0.1', '1.0', '4.9e-324',
];

export const versions: Json[] = [
  '1.2.3', '1.2', '1.2.0', '1.10', '1.9.9', '2', '2.0.0-beta.1', '1.2.3-rc', '-1', '1..2', '1.2.', '.1', '1.x', '1.x.3', '1.2+b', '0x1.2', '1.2.3.4.5.6',
  '', '-', 'v1.2', '1e1.0', ' 1 . 2 ', '999999999999999999.1', '1.02', '1.2.3.0.0', '٣.1',
];

export const dates: Json[] = [
  '2024-01-01', '2024-01-01T00:00:00Z', '2024-01-01T12:30:00+05:30', '2024-01-01T23:59:59.999', '2024-1-1', '2024/01/01', 'Jan 1 2024', '1 January 2024',
  'Mon, 01 Jan 2024 00:00:00 GMT', 'Mon Jan 01 2024 00:00:00 GMT+0100 (CET)', '01/02/2024', '11/14/2023', 'Nov 14 2023', '14 Nov 2023 10:00 PM', '2024-02-30',
  '2024-13-01', '2020', '12345', '12', '99', '13', '32', '49', '50', '0', '-1', '1.5', '', ' ', '1700000000', '1700000000000', '1700000000.5', 'now', 'today',
  '+002024-01-01', '-000001-01-01', '-000000-01-01', '2024-01', '2024-01-01 10:00', '2024-01-01T24:00:00', '2024-01-01T10:00', '2024-01-01t10:00z', '20240101',
  '12:30', 'Jan 2024', '2024 Jan', '1/2', '1/2/3', '1-2-3', '2024-01-01T10:00:00.123456789Z', 'Thu Jan 01 1970', '1970-01-01', '2023-11-14T22:13:20Z', '10:00 PM 1/1/2024',
  '2024-01-01T10:00:00 EST', '1 Jan 2024 EST', '(comment) Jan 1 2024', 'Jan 1, 2024 12:00 AM', 1700000000, 1700000000000, 0, -1, 1e20, 8.64e15, 8640000000000001,
];

export const patterns: Json[] = [
  '^a.*z$', '.*@example\\.com$', '[0-9]+', '(?i)abc', '(a', '[', '\\d{2,}', '^$', '', '(?<=a)b', '(?<!a)b', '(a)\\1', '^\\w+\\s\\w+$', '\\u00e9', '\\x41', '\\p{L}', '\\bword\\b',
  '(?<name>a)\\k<name>', 'a{,2}', '{', ']', '\\', '^.$', '.', '^..$', '\\cA', '(?:a|b)+c', 'a**', '^[^@]+@[^@]+$', '\\/', '😀', '[😀]', '^\\S+$', '(?=a)', '\\0', '[z-a]', '$^',
  'undefined', 'null', '^(a+)+$', '\\ud83d', '[\\s\\S]', 'é|É', '(?-i:A)', '\\1(a)', '[^]', '[]', 'x{2}{3}', '\\8', '\\a', null as Json, 5, true, ['a'], {},
];

export const texts: Json[] = [
  'a', 'abc', 'ABC', 'Abc', 'aBcDeF', 'x@example.com', 'X@EXAMPLE.COM', 'example.com', 'straße', 'STRASSE', 'İstanbul', 'istanbul', 'ΟΔΟΣ', 'οδος', 'é', 'e\u0301', 'É', '😀', 'a😀b', '日本語',
  'US', 'us', 'DE', 'null', 'undefined', 'true', 'false', '[object Object]', 'a,b', 'a, b', '', ' ', 'NaN', 'constructor', '__proto__', 'toString', '\u0000', 'line\nbreak', '"quoted"', '\\', 'ﬀ', 'ŉ',
  'Ω', 'K', 'ǅ', 'ſ', '\u2028', '</script>', 'a'.repeat(300),
];

export const oddTargets: Json[] = [
  null, true, false, [], {}, [null], [[]], [['a', 'b']], [{}], { a: 1 }, [true, 'true', 1, '1', null], ['', ' '], 'x'.repeat(5000), ['5', 5, 5.5, '5.5', '1.9'], 'a', 1,
];

export const countries: Json[] = ['US', 'us', 'DE', 'JP', 'GB', 'NZ', 'CN', 'BR', '--', null];

/** A private-use range, well-known resolvers, malformed addresses. */
export const addresses: Json[] = [
  '1.1.1.1', '8.8.8.8', '24.18.183.148', '115.240.90.163', '127.0.0.1', '10.0.0.1', '192.168.0.1', '0.0.0.0', '255.255.255.255', '256.1.1.1', '1.1.1', '1.1.1.1.1', '1.1.1.a', ' 1.1.1.1', '1.1.1.1 ',
  '::1', '2001:4860:4860::8888', '', 'localhost', '-1.1.1.1', '1e1.1.1.1', '08.08.08.08', '0x8.8.8.8', 134744072, 0, -5, 4294967296, 1.5, true, ['8.8.8.8'], null,
];

/** An array of up to six of `pool`, sometimes a lone one, sometimes something else altogether. */
export function targetFrom(random: Random, pool: readonly Json[], wantsArray: boolean): Json {
  if (random.chance(0.06)) return random.pick(oddTargets);
  if (wantsArray !== random.chance(0.06)) return random.some(pool, 6);
  return random.pick(pool);
}

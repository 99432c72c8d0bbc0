/** Attributes that are no JSON values. */
import type { Random } from './random';

/**
 * `original` is true for the copy that statsig-node is given. It differs where the differences page
 * says that we go on and statsig-node gives up: there it gets something that it treats as we treat
 * the real thing.
 */
export type Make = (original: boolean) => unknown;

class Account {
  constructor(
    readonly id: string,
    readonly secret: string,
  ) {}
  toJSON(): unknown {
    return { id: this.id };
  }
  toString(): string {
    return this.id;
  }
}

/** What conditions see of an object whose JSON is null. */
export function loggedAsNull<T extends object>(value: T): T {
  return Object.defineProperty(value, 'toJSON', { value: () => null }) as T;
}

/** A BigInt, which statsig-node cannot log, and of which it makes no date. */
function big(value: bigint): Make {
  const plain = Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  const convert = (hint: string): unknown =>
    hint === 'number' ? Number(value) : hint === 'string' ? String(value) : plain;
  return (original) =>
    original ? { [Symbol.toPrimitive]: convert, toJSON: () => String(value) } : value;
}

function cycle(): object {
  const value: Record<string, unknown> = { name: 'cycle' };
  value['self'] = value;
  return value;
}

function deep(levels: number): unknown[] {
  return levels === 0 ? ['deep'] : [deep(levels - 1)];
}

const date = (): Date => new Date(1_700_000_000_000);

const values: Make[] = [
  date,
  () => new Date(NaN),
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => -0,
  () => undefined,
  () => null,
  () => true,
  () => /a.c/,
  () => new Map([['a', 1]]),
  () => new Set(['a']),
  () => function plan() {},
  () => class Plan {},
  () => ({ toString: () => 'abc' }),
  () => ({ valueOf: () => 5 }),
  () => ({ [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? 7 : hint) }),
  () => ({ [Symbol.toStringTag]: 'Plan' }),
  () => new Account('a', 'HIDDEN'),
  () => new String('abc'),
  () => new Number(42),
  () => new Boolean(false),
  () => [undefined, 1],
  () => [NaN, null],
  () => [date()],
  () => ['a', ['b', { c: 1 }]],
  () => [new Account('a', 'HIDDEN')],
  () => [1, , 3],
  () => new Uint8Array([1, 2]),
  () => Buffer.from('abc'),
  () => new URL('https://example.test/a?b=c'),
  () => new Error('oops'),
  () => Promise.resolve(1),
  () => ({ a: { b: [1, { c: null }] } }),
  () => Object.freeze({ a: 1 }),
  () => new Proxy(['a', 5], {}),
  // Has no conversion to text.
  (original) =>
    original ? {} : new Proxy({}, { get: (_target, key) => (key === 'a' ? 1 : undefined) }),
  () => ({ toJSON: () => 'written' }),
  () => ({ toJSON: (key: string) => `as ${key}` }),
  () => ({ toJSON: () => undefined }),
  () => ({ toJSON: () => new Account('b', 'HIDDEN') }),
  () => ({ toJSON: 'no function', a: 1 }),
  () => Object.assign(() => 1, { toJSON: () => ({ of: 'a function' }) }),
  () => Object.assign(['x'], { toJSON: () => 'a list' }),
  big(12n),
  big(2n ** 70n),
  () => '\ud83d',
  () => 'a\udc00b',
  () => 'x'.repeat(1500),
  () => Object.create({ inherited: 1 }),
  (original) => (original ? loggedAsNull({}) : cycle()),
  (original) => (original ? loggedAsNull({ n: 1 }) : { n: 1n }),
  (original) => (original ? {} : Object.create(null)),
  (original) => ({
    toJSON: () => {
      if (original) return null;
      throw new Error('no');
    },
  }),
  (original) =>
    original
      ? loggedAsNull({})
      : {
          get broken() {
            throw new Error('no');
          },
        },
  (original) => (original ? loggedAsNull(deep(250)) : deep(250)),
];

/** One of them; the same draw gives the same value for both sides. */
export function exoticValue(random: Random, original: boolean): unknown {
  return random.pick(values)(original);
}

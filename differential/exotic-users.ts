/**
 * Users that are not plain objects: what the generator of JSON users makes, in disguise. User and
 * sections become class instances, getters, Proxies, inherited, hidden or frozen fields; attributes
 * become what JSON does not carry; `toJSON` tells less than there is, or something else.
 */
import { runInNewContext } from 'node:vm';
import { exoticValue, loggedAsNull } from './exotic-values';
import { generateUser, type Targets } from './generate-user';
import type { JsonObject } from './case';
import { Random } from './random';

type Content = Record<string, unknown>;

interface Making {
  random: Random;
  /** For statsig-node: see `Make` in exotic-values.ts. */
  original: boolean;
  isUser: boolean;
  /** Of a section; '' of the user. */
  name: string;
}

/** A plain object of another realm. */
const elsewhere = runInNewContext('(content) => Object.assign({}, content)') as (
  content: Content,
) => object;

const entriesOf = (content: Content): [string, unknown][] => Object.entries(content);

function getterClass(content: Content): object {
  class Disguised {}
  for (const [key, value] of entriesOf(content))
    Object.defineProperty(Disguised.prototype, key, { get: () => value, configurable: true });
  return new Disguised();
}

/** Reads its fields from a private field, and so does its `toJSON`: neither works on a copy. */
class Private {
  readonly #content: Content;
  constructor(content: Content) {
    this.#content = content;
    for (const key of Object.keys(content)) if (key !== 'toJSON') Private.#define(this, key);
  }
  static #define(target: Private, key: string): void {
    Object.defineProperty(target, key, {
      get: () => target.#content[key],
      enumerable: key.length % 2 === 0,
      configurable: true,
    });
  }
  toJSON(): unknown {
    const { custom, email, ...rest } = this.#content;
    return {
      ...rest,
      custom,
      hasEmail: email !== undefined,
      statsigEnvironment: (this as unknown as Content)['statsigEnvironment'],
    };
  }
}

function virtual(content: Content, target: object): object {
  const get = (own: object, key: string | symbol): unknown =>
    key === 'statsigEnvironment' && Object.prototype.hasOwnProperty.call(own, key)
      ? (own as Content)[key]
      : content[key as string];
  return new Proxy(target, { get });
}

function split(random: Random, content: Content): [Content, Content] {
  const first = entriesOf(content).filter(() => random.chance(0.5));
  const names = new Set(first.map(([key]) => key));
  return [
    Object.fromEntries(first),
    Object.fromEntries(entriesOf(content).filter(([key]) => !names.has(key))),
  ];
}

function hideSome(random: Random, content: Content): object {
  const object = { ...content };
  for (const [key, value] of entriesOf(content))
    if (random.chance(0.4))
      Object.defineProperty(object, key, {
        value,
        enumerable: false,
        writable: true,
        configurable: true,
      });
  return object;
}

function withGetters(content: Content): object {
  const object = {};
  for (const [key, value] of entriesOf(content))
    Object.defineProperty(object, key, { get: () => value, enumerable: true, configurable: true });
  return object;
}

function partly(
  random: Random,
  content: Content,
  join: (own: Content, other: Content) => object,
): object {
  const [own, other] = split(random, content);
  return join(own, other);
}

/** Forms that any object may take. Frozen ones are not for statsig-node where it would write. */
const forms: ((content: Content, making: Making) => object)[] = [
  (content) => ({ ...content }),
  (content) => Object.create(content) as object,
  getterClass,
  (content) => Object.assign(new (class Fields {})(), content),
  (content) => virtual(content, {}),
  (content, { random }) => partly(random, content, (own) => virtual(content, own)),
  (content) => new Proxy({ ...content }, {}),
  (content) => Object.assign(Object.create(null) as object, content),
  (content, { isUser, original }) =>
    isUser && original ? { ...content } : Object.freeze({ ...content }),
  (content, { random }) => hideSome(random, content),
  withGetters,
  (content, { random }) =>
    partly(random, content, (own, other) => Object.assign(Object.create(other) as object, own)),
  (content, { random }) =>
    partly(random, content, (own, other) =>
      Object.assign(Object.create(getterClass(other)) as object, own),
    ),
  (content) => Object.assign(new Map([['a', 1]]), content),
  (content, { isUser, original }) =>
    Object.assign(
      isUser && original && !('toJSON' in content) ? loggedAsNull(new Date(0)) : new Date(0),
      content,
    ),
  (content) => elsewhere(content),
  (content) => Object.assign({ [Symbol('tag')]: 1 }, content),
];

/** Forms of sections alone: no user is a list or a function. */
const sectionForms: typeof forms = [
  (content) => Object.assign(['first', 'second'], content),
  // Where statsig-node looks whether there are any, a function of IDs counts as none, elsewhere as
  // some.
  (content, { name }) =>
    name === 'customIDs' ? content : Object.assign(function section() {}, content),
];

/** Each reads `this`, so that it works in every form. */
const documents: ((keys: string[], making: Making) => (this: Content, key: string) => unknown)[] = [
  (keys) =>
    function () {
      return Object.fromEntries(keys.map((key) => [key, this[key]]));
    },
  (keys) =>
    function () {
      return Object.fromEntries([...keys, 'statsigEnvironment'].map((key) => [key, this[key]]));
    },
  () =>
    function () {
      const { email: _email, plan: _plan, ...rest } = this;
      return rest;
    },
  () =>
    function () {
      return Object.fromEntries(Object.entries(this).filter(([key]) => key !== 'age'));
    },
  () =>
    function (key) {
      return { calledFor: key, inside: { toJSON: (inner: string) => `as ${inner}` } };
    },
  () =>
    function () {
      return getterClass({ nothing: 'is enumerable' });
    },
  () =>
    function () {
      return Object.create(
        { inherited: 'not written' },
        { own: { value: 'written', enumerable: true }, toJSON: { value: () => 'not asked' } },
      ) as object;
    },
  () => () => null,
  (_keys, { original }) =>
    () => {
      if (original) return null;
      throw new Error('no');
    },
];
const sectionDocuments: typeof documents = [
  () => () => 'text',
  () => () => 5,
  () => () => undefined,
  () => () => ['a', 'b'],
  () => () => new String('text'),
];
/** A user is no text: nothing is told of it, where statsig-node gives up. */
const userDocuments: typeof documents = [
  (_keys, { original }) =>
    () =>
      original ? null : 'text',
  (_keys, { original }) =>
    () =>
      original ? null : ['a'],
];

function disguise(content: Content, making: Making): object {
  const { random, isUser, original } = making;
  const whole = { ...content };
  if (random.chance(0.3)) {
    const keys = Object.keys(content).filter(() => random.chance(0.7));
    whole['toJSON'] = random.pick([...documents, ...(isUser ? userDocuments : sectionDocuments)])(
      keys,
      making,
    );
  } else if (random.chance(0.1)) return throwing(whole, original);
  if (random.chance(0.08) && isUser) return new Private(content);
  return random.pick(isUser ? forms : [...forms, ...sectionForms])(whole, making);
}

/** One field more, which nobody gets. */
function throwing(content: Content, original: boolean): object {
  const { age: _age, ...others } = content;
  const fail = (): never => {
    throw new Error('no');
  };
  // A key without a value identifies a user, too.
  if (original) return Object.keys(others).length > 0 ? others : { age: undefined };
  return Object.defineProperty(others, 'age', { get: fail, enumerable: true, configurable: true });
}

/** A user for statsig-node (`original`) or for us: the same seed gives the same user. */
export function exoticUser(seed: number, targets: Targets, original: boolean): object {
  const random = new Random(seed);
  const content: Content = generateUser(random, targets);
  for (const name of ['custom', 'privateAttributes', 'customIDs', 'statsigEnvironment']) {
    const section = content[name];
    if (typeof section !== 'object' || section === null || Array.isArray(section)) continue;
    const attributes: Content = { ...(section as JsonObject) };
    for (const key of [...Object.keys(attributes), 'since', 'plan'])
      if (random.chance(0.15)) attributes[key] = exoticValue(random, original);
    if (random.chance(0.6))
      content[name] = disguise(attributes, { random, original, isUser: false, name });
    else content[name] = attributes;
  }
  for (const key of ['email', 'plan', 'age', 'country'])
    if (random.chance(0.1)) content[key] = exoticValue(random, original);
  if (random.chance(0.05)) delete content['userID'];
  return random.chance(0.7)
    ? disguise(content, { random, original, isUser: true, name: '' })
    : content;
}

/**
 * statsig-node writes the environment into the user, which a class with a getter of that name does
 * not let it; we apply it to a copy (Q8).
 */
export function writable(user: object): object {
  const { statsigEnvironment: value } = user as Content;
  return Object.defineProperty(user, 'statsigEnvironment', {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

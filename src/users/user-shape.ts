/**
 * Compiled access to users of one shape (the same keys in the same order, the same sections).
 *
 * A service builds its users in one or two places, so nearly all of them share a shape. For such
 * users a generated function reads, compares and serialises with constant property names: comparing
 * a 10-field user costs 40 ns instead of 290, encoding it 0.6 µs instead of 2.2 (bench/NOTES.md).
 * Where code generation is forbidden, and for users that are not plain, user-snapshot.ts and
 * user-encoder.ts do the same by walking. Rust engines get the values alone (user-template.ts).
 *
 * A shape only ever takes plain values: strings, finite numbers, booleans, null, and lists of those
 * where the first user of the shape has lists. What it takes is therefore carried by JSON without
 * loss. Keys are in the generated text as JSON string literals only.
 */
import { fieldsOf } from '../host/fields';
import type { AskedNames } from './asked-names';
import type { EncodedUser } from './user-encoder';
import {
  excessOf,
  holeFor,
  isClean,
  isListOfTexts,
  isPlainItem,
  isSameList,
  isScalar,
  jsonOf,
  listOf,
  textOfList,
} from './shape-values';
import { SECTIONS, type EnvironmentRule } from './user-json';
import { hides } from './user-reader';
import { HOLE, templates, type UserTemplate } from './user-template';

type Values = unknown[];

/** See the head of this file. */
export interface UserShape {
  /** The values of a user of this shape, in a fixed order; null when it is not of this shape. */
  capture(user: object): Values | null;
  /** True when the user still is what `values` captured; order counts where `isOrderTold`. */
  matches(user: object, values: Values): boolean;
  /**
   * True when a user who has the keys of the shape may have more to say: hidden fields, `toJSON`, a
   * Proxy. 20 ns.
   */
  hides(user: object): boolean;
  /** The texts for the engine, as `encodeUser` would give them. */
  encode(values: Values, environment: EnvironmentRule): EncodedUser;
  /**
   * The values for the holes of `template`, between them `\u0001`; '' when they are not all of the
   * kinds that it has holes for: texts where the first user of the shape had texts, lists of texts,
   * else numbers, booleans and null. Values may still need an escape: the engine looks.
   */
  joined(values: Values): string;
  /** How much longer the JSON of the lists is than what `joined` says of them. */
  listExcess(values: Values): number;
  /** The template in an environment; null when the engine must be told such users by their JSON. */
  template(environment: EnvironmentRule): UserTemplate | null;
  /**
   * What parsing those texts gives, private attributes included: a new object that shares arrays
   * with `values`.
   */
  parsed(values: Values, environment: EnvironmentRule): object;
}

/** Most names that `hides` reads one by one, in generated code that V8 folds away. */
const MOST_PROBES = 400;
/** Most fields of a shape; bigger users are walked. */
const MOST_FIELDS = 64;

interface Field {
  key: string;
  /** Fields of a section, undefined for a value. */
  fields?: Field[];
  isList?: boolean;
}

interface Compiled {
  capture: UserShape['capture'];
  matches: UserShape['matches'];
  hides: UserShape['hides'];
  text(values: Values): string[];
  joined(values: Values): string;
  holes(values: Values): string[];
  object(values: Values): Record<string, unknown>;
}

/**
 * Compiles the shape of a user, or null when the user is not plain or code generation is forbidden.
 */
export function compileShape(user: object, asked: AskedNames): UserShape | null {
  const fields = describe(user, true);
  if (fields === null || count(fields) > MOST_FIELDS) return null;
  try {
    const values = valuesOf(user, fields);
    const source = `'use strict'; ${keyLists(fields)
      .map((keys, i) => `const keys${i} = ${JSON.stringify(keys)};`)
      .join(' ')} return {
      capture(user) { ${captureSource(fields)} },
      matches(user, values) { ${matchSource(fields)} },
      hides(user) { ${hidesSource(fields, asked)} },
      text(values) { ${textSource(fields, values)} },
      joined(values) { ${joinedSource(fields, values)} },
      holes(values) { return ${texts(fields, (i) => ['', `values[${i}]`, ''])}; },
      object(values) { return ${objectSource(fields)}; } };`;
    const make = new Function(
      'list',
      'item',
      'same',
      'json',
      'clean',
      'scalar',
      'texts',
      'listText',
      'getProto',
      'plainProto',
      'hidden',
      source,
    ) as (...helpers: unknown[]) => Compiled;
    const hidden = (object: object): boolean => hides(object, asked);
    const {
      capture,
      matches,
      hides: isHiding,
      text,
      joined,
      holes,
      object,
    } = make(
      listOf,
      isPlainItem,
      isSameList,
      jsonOf,
      isClean,
      isScalar,
      isListOfTexts,
      textOfList,
      Object.getPrototypeOf,
      Object.prototype,
      hidden,
    );
    if (isHiding(user)) return null;
    const emptied = holes(values.map(holeFor));
    const lists = [...values.keys()].filter((i) => Array.isArray(values[i]));
    return {
      capture,
      matches,
      hides: isHiding,
      encode: (values, environment) => assemble(text(values), environment),
      joined,
      listExcess: (values) =>
        lists.reduce((sum, i) => sum + excessOf(values[i] as readonly unknown[]), 0),
      template: takesValues(fields)
        ? templates((environment) => assemble(emptied, environment))
        : () => null,
      parsed: (values, environment) => withEnvironment(object(values), environment),
    };
  } catch {
    return null;
  }
}

function describe(object: object, isTop: boolean): Field[] | null {
  const proto: unknown = Object.getPrototypeOf(object);
  if (proto !== Object.prototype && proto !== null) return null;
  const fields: Field[] = [];
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const isSection =
      isTop &&
      SECTIONS.has(key) &&
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value);
    const inner = isSection ? describe(value, false) : undefined;
    if (inner === null) return null;
    if (inner !== undefined) fields.push({ key, fields: inner });
    else if (isPlainItem(value)) fields.push({ key });
    else if (listOf(value) !== undefined) fields.push({ key, isList: true });
    else return null;
  }
  return fields;
}

/** The values of the user that the shape is made from, in their order. */
function valuesOf(object: object, fields: Field[]): Values {
  return fields.flatMap(({ key, fields: inner }) => {
    const value = fieldsOf(object)[key];
    return inner === undefined ? [value] : valuesOf(value as object, inner);
  });
}

function sections(fields: Field[]): number {
  return fields.filter((field) => field.fields !== undefined).length;
}

function count(fields: Field[]): number {
  return fields.reduce((sum, field) => sum + 1 + count(field.fields ?? []), 0);
}

// ---- generated code ----

/**
 * Statements that read every value; `each` gets the expression of a value and its number,
 * `eachList` those of a list. Prototypes and numbers of keys are looked at after the values: by
 * then V8 knows the hidden class and folds the prototype into a constant, which takes a third off a
 * comparison. Lists come last, because after any call V8 knows no hidden class any more.
 * `isOrdered`: whether the keys of these fields must come in this order, too.
 */
function walk(
  fields: Field[],
  fail: string,
  isOrdered: (list: Field[], section: string) => boolean,
  each: (expression: string, index: number) => string,
  eachList: (expression: string, index: number) => string,
): string {
  let index = 0;
  const lines: string[] = [];
  const lists: string[] = [];
  const counts: string[] = [];
  const level = (list: Field[], name: string, section: string): void => {
    for (const { key, fields: inner, isList } of list) {
      const expression = `${name}[${JSON.stringify(key)}]`;
      if (isList) {
        lines.push(`const list${index} = ${expression};`);
        lists.push(eachList(`list${index}`, index++));
      } else if (inner === undefined) lines.push(each(expression, index++));
      else {
        const nested = `o${lines.length}`;
        lines.push(
          `const ${nested} = ${expression}; ` +
            `if (typeof ${nested} !== 'object' || ${nested} === null) ${fail}`,
        );
        level(inner, nested, key);
      }
    }
    // An object of a class may answer differently by getters: only plain ones are taken.
    lines.push(`p = getProto(${name}); if (p !== plainProto && p !== null) ${fail}`);
    const inOrder = `if (k !== keys${counts.length}[n++]) ${fail}`;
    const order = isOrdered(list, section) ? inOrder : 'n++;';
    counts.push(`n = 0; for (k in ${name}) ${order} if (n !== ${list.length}) ${fail}`);
  };
  level(fields, 'user', '');
  return [...lines, ...lists, ...counts].join('\n');
}

/**
 * Whether the order of a section's keys decides answers: of overridden IDs the first counts, and so
 * it does of keys of IDs and the environment that differ in case alone. One key has no order, so
 * most users pay nothing.
 */
function isOrderTold(list: Field[], section: string): boolean {
  if (section === 'customIDs') return list.length > 1;
  const names = new Set(list.map(({ key }) => key.toLowerCase()));
  return section === 'statsigEnvironment' && names.size < list.length;
}

/** The keys of each level, in the order in which `walk` counts them. */
function keyLists(fields: Field[]): string[][] {
  const inner = fields.flatMap((field) =>
    field.fields === undefined ? [] : keyLists(field.fields),
  );
  return [...inner, fields.map(({ key }) => key)];
}

/** Only users with the keys in this very order: events and responses carry them so. */
function captureSource(fields: Field[]): string {
  const fail = 'return null;';
  const body = walk(
    fields,
    fail,
    () => true,
    (expression, i) =>
      `const v${i} = ${expression}; if (typeof v${i} !== 'string' && !item(v${i})) ${fail}`,
    (expression, i) => `const v${i} = list(${expression}); if (v${i} === undefined) ${fail}`,
  );
  // One literal of the final size: an array that grows leaves its smaller selves behind.
  const values = Array.from(
    { length: count(fields) - sections(fields) },
    (_, index) => `v${index}`,
  );
  return `let n = 0, k, p;\n${body}\nreturn [${values.join(', ')}];`;
}

function matchSource(fields: Field[]): string {
  const fail = 'return false;';
  const body = walk(
    fields,
    fail,
    isOrderTold,
    (expression, i) => `if (${expression} !== values[${i}]) ${fail}`,
    (expression, i) => `if (!same(${expression}, values[${i}])) ${fail}`,
  );
  return `let n = 0, k, p;\n${body}\nreturn true;`;
}

/**
 * Whether an object answers to a name that is none of its keys. Names that conditions ask for are
 * read one by one: V8 knows the hidden class, so that 90 of them take 11 ns. Of names that every
 * object inherits nothing is asked.
 */
function hidesSource(fields: Field[], asked: AskedNames): string {
  const names = [...asked.fields];
  const levels = [
    { object: 'user', keys: fields, names: ['userID', ...SECTIONS, ...names] },
    ...fields.flatMap(({ key, fields: inner }) => {
      const asks =
        key === 'customIDs' ? [...asked.idTypes] : key === 'statsigEnvironment' ? [] : names;
      return inner === undefined
        ? []
        : [{ object: `user[${JSON.stringify(key)}]`, keys: inner, names: asks }];
    }),
  ];
  const probes = levels.map(({ keys, names: asks }) => {
    const own = new Set(keys.map(({ key }) => key));
    return ['toJSON', ...new Set(asks.filter((name) => !(name in Object.prototype)))].filter(
      (name) => !own.has(name),
    );
  });
  const isMany = probes.flat().length > MOST_PROBES;
  const lines = levels.map(({ object }, i) => {
    const [first, ...others] = probes[i]!.map(
      (name) => `o${i}[${JSON.stringify(name)}] !== undefined`,
    );
    const test = isMany
      ? `hidden(o${i})${probes[i]!.includes('toJSON') ? ` || ${first}` : ''}`
      : [first, ...others].join(' || ');
    return `const o${i} = ${object}; if (${test === '' ? 'false' : test}) return true;`;
  });
  // A list in the place of a section may have fields, too.
  const lists = fields.filter(({ key, fields: inner }) => inner === undefined && SECTIONS.has(key));
  const tests = lists.map(
    ({ key }) =>
      `if (typeof user[${JSON.stringify(key)}] === 'object' && ` +
      `user[${JSON.stringify(key)}] !== null) return true;`,
  );
  return `${[...lines, ...tests].join('\n')}\nreturn false;`;
}

/**
 * Builds [fields before the environment, private attributes, own environment, fields after it].
 * First for users whose texts are texts again and need no escapes, with the quotes in the
 * constants: half the pieces, so half the ropes.
 */
function textSource(fields: Field[], values: Values): string {
  const cleans = values.flatMap((value, i) =>
    typeof value === 'string' ? [`clean(values[${i}])`] : [],
  );
  const quick = texts(fields, (i) =>
    typeof values[i] === 'string' ? ['"', `values[${i}]`, '"'] : ['', `json(values[${i}])`, ''],
  );
  const any = texts(fields, (i) => ['', `json(values[${i}])`, '']);
  return `if (${['true', ...cleans].join(' && ')}) return ${quick};\nreturn ${any};`;
}

/** Values in the order in which their holes stand in a template: private attributes last. */
function joinedSource(fields: Field[], values: Values): string {
  const first = fields.findIndex(({ key }) => key === 'privateAttributes');
  const start =
    first < 0
      ? values.length
      : fields.slice(0, first).reduce((sum, field) => sum + (field.fields?.length ?? 1), 0);
  const end = first < 0 ? start : start + (fields[first]!.fields?.length ?? 1);
  const numbers = [...values.keys()];
  const order = [...numbers.slice(0, start), ...numbers.slice(end), ...numbers.slice(start, end)];
  const isOfKind = order.map((i) => {
    if (typeof values[i] === 'string') return `typeof values[${i}] === 'string'`;
    return Array.isArray(values[i]) ? `texts(values[${i}])` : `scalar(values[${i}])`;
  });
  const parts = order.map((i) => {
    if (typeof values[i] === 'string') return `values[${i}]`;
    return Array.isArray(values[i]) ? `listText(values[${i}])` : `'' + values[${i}]`;
  });
  const text = `[${parts.join(', ')}].join(${JSON.stringify(HOLE)})`;
  return `return ${['true', ...isOfKind].join(' && ')} ? ${text} : '';`;
}

/**
 * The four texts as an expression; `value` gives the expression of a value with the constants
 * around it.
 */
function texts(fields: Field[], value: (index: number) => [string, string, string]): string {
  let index = 0;
  const parts = (): { text: string; pieces: string[] } => ({ text: '', pieces: [] });
  const sides = { before: parts(), privates: parts(), environment: parts(), after: parts() };
  const add = (
    side: { text: string; pieces: string[] },
    [left, expression, right]: [string, string, string],
  ): void => {
    side.pieces.push(JSON.stringify(side.text + left), expression);
    side.text = right;
  };
  const addAll = (side: { text: string; pieces: string[] }, inner: Field[] | undefined): void => {
    if (inner === undefined) return add(side, value(index++));
    inner.forEach(({ key }, i) => {
      side.text += `${i === 0 ? '{' : ','}${JSON.stringify(key)}:`;
      add(side, value(index++));
    });
    side.text += inner.length === 0 ? '{}' : '}';
  };
  let hasEnvironment = false;
  for (const { key, fields: inner } of fields) {
    const plain = hasEnvironment ? sides.after : sides.before;
    if (key === 'privateAttributes') addAll(sides.privates, inner);
    else if (key === 'statsigEnvironment') {
      hasEnvironment = true;
      addAll(sides.environment, inner);
    } else {
      if (plain.text !== '' || plain.pieces.length > 0) plain.text += ',';
      plain.text += `${JSON.stringify(key)}:`;
      addAll(plain, inner);
    }
  }
  return `[${Object.values(sides)
    .map(({ text, pieces }) => [...pieces, JSON.stringify(text)].join(' + '))
    .join(', ')}]`;
}

/** A literal of the user; a computed name, so that `__proto__` is a field like any other. */
function objectSource(fields: Field[]): string {
  let index = 0;
  const literal = (list: Field[]): string => {
    const members = list.map(({ key, fields: inner }): string => {
      const name = key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
      return `${name}: ${inner === undefined ? `values[${index++}]` : literal(inner)}`;
    });
    return `{ ${members.join(', ')} }`;
  };
  return literal(fields);
}

/** A user's own environment and the one in its place stand where the key stands (`encodeUser`). */
function assemble(
  [before, privates, own, after]: string[],
  environment: EnvironmentRule,
): EncodedUser {
  const takesOwn =
    environment.json === '' || (!environment.overwrites && own !== '' && own !== 'null');
  const tier = takesOwn ? own : environment.json;
  let json = before;
  if (tier !== '') json += `${json === '' ? '' : ','}"statsigEnvironment":${tier}`;
  if (after !== '') json += `,${after}`;
  return {
    json: `{${json}}`,
    privateJson: privates === 'null' ? '' : privates!,
    exotic: '',
    isStable: true,
  };
}

/**
 * Whether a template can say what users of these fields are: one has no escapes, and one place for
 * the environment.
 */
function takesValues(fields: Field[]): boolean {
  const isPlain = ({ key, fields: inner }: Field): boolean =>
    !JSON.stringify(key).includes('\\') && (inner ?? []).every(isPlain);
  const privates = fields.find(({ key }) => key === 'privateAttributes');
  return (
    fields.every(isPlain) &&
    !fields.some(({ key }) => key === 'statsigEnvironment') &&
    (privates === undefined || privates.fields !== undefined)
  );
}

/** As `assemble` chooses between the user's own environment and the one in its place. */
function withEnvironment(user: Record<string, unknown>, environment: EnvironmentRule): object {
  if (environment.json === '') return user;
  const own = user.statsigEnvironment;
  if (environment.overwrites || own === null || own === undefined)
    user.statsigEnvironment = environmentOf(environment);
  return user;
}

const environments = new WeakMap<EnvironmentRule, unknown>();

function environmentOf(rule: EnvironmentRule): unknown {
  let parsed = environments.get(rule);
  if (parsed === undefined) environments.set(rule, (parsed = JSON.parse(rule.json)));
  return parsed;
}

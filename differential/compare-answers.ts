/** Differences between two sets of answers, named so that a reader sees where to look. */
import type { CaseAnswers, WireEvent } from './case';

export interface Difference {
  /** answers, events, clientInitialize or payload. */
  area: 'payload' | 'answer' | 'events' | 'clientInitialize';
  /** User the answer belongs to; -1 = none. */
  user: number;
  kind: 'gates' | 'configs' | 'layers' | 'targeting' | '';
  name: string;
  expected: unknown;
  actual: unknown;
}

/**
 * Text with sorted keys: equal texts are deep-equal values. `undefined` members vanish as they do
 * on the wire.
 */
export function canonical(value: unknown): string {
  return String(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(
        Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
      );
    }),
  );
}

/**
 * True only for values with the same canonical text, found without making it, which takes most of
 * the time of a comparison; false says nothing.
 */
function surelySame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) =>
      Object.prototype.hasOwnProperty.call(right, key) &&
      surelySame((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
  );
}

const kinds = ['gates', 'configs', 'layers'] as const;

function* answerDifferences(expected: CaseAnswers, actual: CaseAnswers): Generator<Difference> {
  for (const [user, answers] of expected.users.entries()) {
    for (const [name, value] of Object.entries(answers.targeting ?? {})) {
      const other = actual.users[user]?.targeting?.[name];
      if (value !== other)
        yield { area: 'answer', user, kind: 'targeting', name, expected: value, actual: other };
    }
    for (const kind of kinds) {
      for (const [name, answer] of Object.entries(answers[kind])) {
        const other = actual.users[user]?.[kind][name];
        if (!surelySame(answer, other) && canonical(answer) !== canonical(other))
          yield { area: 'answer', user, kind, name, expected: answer, actual: other };
      }
    }
  }
}

/** Times that differ between any two runs. */
const clocks = ['configSyncTime', 'initTime', 'serverTime', 'time'];

/** An event without its clock readings. */
export function withoutClocks(event: WireEvent): unknown {
  const strip = (fields: Record<string, unknown> | null): unknown =>
    fields === null
      ? null
      : Object.fromEntries(Object.entries(fields).filter(([key]) => !clocks.includes(key)));
  return { ...event, time: 0, metadata: strip(event.metadata) };
}

export interface EventComparison {
  /** Compare clock readings too; true where both sides were given the same clock. */
  clocks: boolean;
  /** The order of events, not only their multiset. */
  order: boolean;
}

export function* eventDifferences(
  expected: WireEvent[],
  actual: WireEvent[],
  how: EventComparison,
): Generator<Difference> {
  const compared = (events: WireEvent[]): unknown[] =>
    how.clocks ? events : events.map(withoutClocks);
  const [before, after] = [compared(expected), compared(actual)];
  if (surelySame(before, after)) return;
  const texts = (events: unknown[]): string[] =>
    how.order ? events.map(canonical) : events.map(canonical).sort();
  const left = texts(before);
  const right = texts(after);
  const missing = new Map<string, number>();
  for (const text of right) missing.set(text, (missing.get(text) ?? 0) + 1);
  const unmatched: string[] = [];
  for (const text of left) {
    const count = missing.get(text) ?? 0;
    if (count === 0) unmatched.push(text);
    else if (count === 1) missing.delete(text);
    else missing.set(text, count - 1);
  }
  const extra = [...missing.keys()];
  for (let i = 0; i < Math.max(unmatched.length, extra.length); i++) {
    yield {
      area: 'events',
      user: -1,
      kind: '',
      name: `event ${i}`,
      expected: unmatched[i] ?? null,
      actual: extra[i] ?? null,
    };
  }
  if (how.order && unmatched.length === 0 && extra.length === 0 && left.join() !== right.join()) {
    yield { area: 'events', user: -1, kind: '', name: 'order', expected: left, actual: right };
  }
}

function* responseDifferences(expected: CaseAnswers, actual: CaseAnswers): Generator<Difference> {
  for (const [index, response] of expected.clientInitialize.entries()) {
    const other = actual.clientInitialize[index];
    const same =
      typeof response === 'string' && typeof other === 'string'
        ? response === other
        : canonical(response) === canonical(other);
    if (!same)
      yield {
        area: 'clientInitialize',
        user: -1,
        kind: '',
        name: `call ${index}`,
        expected: response,
        actual: other,
      };
  }
}

/**
 * All differences. Client-initialize responses must be equal as text: same content in the same
 * order.
 */
export function* differences(expected: CaseAnswers, actual: CaseAnswers): Generator<Difference> {
  if (expected.accepted !== actual.accepted) {
    yield {
      area: 'payload',
      user: -1,
      kind: '',
      name: 'accepted',
      expected: expected.accepted,
      actual: actual.accepted,
    };
    return;
  }
  yield* answerDifferences(expected, actual);
  yield* eventDifferences(expected.events, actual.events, { clocks: true, order: true });
  yield* responseDifferences(expected, actual);
}

/** Where two texts part, with a little context. */
export function firstDifference(
  expected: string,
  actual: string,
): { expected: string; actual: string } {
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at++;
  const from = Math.max(0, at - 120);
  return { expected: expected.slice(from, at + 160), actual: actual.slice(from, at + 160) };
}

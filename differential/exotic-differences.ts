/** What two SDKs did otherwise with the same exotic users. */
import { eventDifferences, firstDifference } from './compare-answers';
import type { ExoticAnswers } from './exotic-run';

/** A text per difference. */
export function* differencesOf(expected: ExoticAnswers, actual: ExoticAnswers): Generator<string> {
  for (const [index, text] of expected.users.entries()) {
    if (text === actual.users[index]) continue;
    const parts = firstDifference(text, actual.users[index] ?? 'missing');
    yield `user ${index}\n  statsig-node: …${parts.expected}\n  ours:         …${parts.actual}`;
  }
  for (const { expected: left, actual: right } of eventDifferences(expected.events, actual.events, {
    clocks: false,
    order: true,
  })) {
    const parts =
      typeof left === 'string' && typeof right === 'string'
        ? firstDifference(left, right)
        : { expected: left, actual: right };
    yield `event\n  statsig-node: …${show(parts.expected)}\n  ours:         …${show(parts.actual)}`;
  }
}

function show(value: unknown): string {
  return String(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 1500);
}

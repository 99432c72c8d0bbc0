/**
 * The process's time zone as a table, for engines that are not JavaScript (BEHAVIOUR.md Q30: `on`
 * uses local days).
 */

const START = Date.UTC(1900);
const END = Date.UTC(2100);
/** Liberia was the last to give up seconds, on 7 January of that year. */
const WHOLE_MINUTES_SINCE = Date.UTC(1973);
const STEP_MS = 14 * 86_400_000;

/** How a date ends where the zone is UTC, by any of its names, in most locales. */
const IN_UTC = /GMT\+0000 \(Coordinated Universal Time\)$/;

/**
 * `[utcMs, offsetMs, …]` from 1900 to 2100; dates outside use the nearest offset. Cost: about 2 ms,
 * once; less in UTC, as most servers are.
 */
export function timeZoneTransitions(): Float64Array {
  if (IN_UTC.test(new Date(0).toString())) return Float64Array.of(-Infinity, 0);
  let known = offsetAt(START);
  const pairs = [-Infinity, known];
  for (let at = START; at < END; at += STEP_MS) {
    const offset = offsetAt(at + STEP_MS);
    if (offset === known) continue;
    pairs.push(transitionBetween(at, at + STEP_MS, known), offset);
    known = offset;
  }
  return Float64Array.from(pairs);
}

/**
 * Local time minus UTC in ms, to the second. getTimezoneOffset says minutes, and costs a fifth.
 */
function offsetAt(utcMs: number): number {
  const date = new Date(utcMs);
  if (utcMs >= WHOLE_MINUTES_SINCE) return 0 - date.getTimezoneOffset() * 60_000;
  const local = Date.UTC(
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  );
  return local - Math.floor(utcMs / 1000) * 1000;
}

/** First ms with the new offset. */
function transitionBetween(low: number, high: number, before: number): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * `new RegExp(source).test(text)`, flags none, in bounded time: the Rust evaluator has a module of
 * the same name and gives the same answers.
 *
 * V8 answers as long as the form of the pattern shows that the search is short on a text of that
 * length. Beyond that V8 might block the process for years (`^(a+)+$` and 60 characters), and the
 * machine of this folder answers.
 */

import { mostSteps } from './bound';
import { compile } from './compile';
import { run } from './exec';
import { parse, type Pattern } from './parse';
import type { Program } from './program';

/**
 * Steps up to which V8 answers: at most a few milliseconds, and far from the bound of the machine.
 */
const MOST_STEPS_OF_V8 = 500_000;
/**
 * Lengths of text that V8 is considered for, the longest first. Conditions look at texts of less
 * than 1,000 units.
 */
const LENGTHS = [999, 512, 256, 128, 64, 32];

/**
 * See the head of this file. Null where the pattern is invalid, as Node 20 sees it, or nests too
 * deep.
 */
export function matcher(source: string): ((text: string) => boolean) | null {
  const pattern = parse(source);
  if (pattern === null) return null;
  const native = nativeOf(source);
  const longest = longestForV8(pattern);
  let program: Program | null = null;
  return (text) => {
    if (native !== null && text.length <= longest) return native.test(text);
    program ??= compile(pattern);
    return run(program, text).matches;
  };
}

/** The longest text that V8 may be asked about; -1 for none. */
export function longestForV8(pattern: Pattern): number {
  return LENGTHS.find((length) => mostSteps(pattern, length) <= MOST_STEPS_OF_V8) ?? -1;
}

/** Null on another version of V8 that finds the pattern invalid. */
function nativeOf(source: string): RegExp | null {
  try {
    return new RegExp(source);
  } catch {
    return null;
  }
}

/** Regular expressions that may take long, told without running them. */

/**
 * What keeps an expression from being matched in time that grows with the text alone; null for one
 * that is. Engines of other languages refuse what looks around or back.
 */
export function whySlow(pattern: string): string | null {
  // Escapes and classes hold no parts.
  const plain = pattern.replace(/\\(?![1-9k])[^]/g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  if (/\\(?:[1-9]|k<)/.test(plain)) return 'refers back to a group';
  if (/\(\?<?[=!]/.test(plain)) return 'looks around';
  return repeatsWhatRepeats(plain) ? 'repeats what repeats itself' : null;
}

/** `(a+)+`, `(a|b*)*`: texts that nearly match take time that doubles with each character. */
function repeatsWhatRepeats(plain: string): boolean {
  const open: boolean[] = [];
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === '(') open.push(false);
    else if (plain[at] === ')') {
      const inner = open.pop() ?? false;
      const isRepeated = isUnbounded(plain, at + 1);
      if (inner && isRepeated) return true;
      if ((inner || isRepeated) && open.length > 0) open[open.length - 1] = true;
    } else if (isUnbounded(plain, at + 1) && open.length > 0) open[open.length - 1] = true;
  }
  return false;
}

/** Whether what ends before this place may come any number of times. */
const isUnbounded = (plain: string, at: number): boolean =>
  /^(?:[*+]|\{\d+,\})/.test(plain.slice(at, at + 16));

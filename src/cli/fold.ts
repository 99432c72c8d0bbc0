/** Long lines on terminals. */

/** Columns that further lines are set in by. */
const FURTHER = 4;
/** On narrower terminals nothing is folded. */
const LEAST = 40;

/** A line as lines of so many columns; words stay whole where they fit. */
export function folded(line: string, width: number): string[] {
  const lead = ' '.repeat((/^ */.exec(line)?.[0].length ?? 0) + FURTHER);
  const lines: string[] = [];
  let rest = line;
  while (width >= LEAST && rest.length > width && lead.length < width / 2) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > lead.length ? space : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = lead + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

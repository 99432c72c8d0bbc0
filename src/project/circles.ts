/** Names that lead back to themselves. */

/** Where a walk is: a name, when it was met, the earliest it leads back to, and what is left. */
interface Step {
  name: string;
  met: number;
  low: number;
  next: Iterator<string>;
}

/**
 * The names that edges lead from and back to, by Tarjan's strongly connected components: each edge
 * is followed once, and a chain of any length takes no stack.
 */
export function onCircles(edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const met = new Map<string, number>();
  /** Met, and of no component yet. */
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: Step[] = [];
  const enter = (name: string): void => {
    const next = (edges.get(name) ?? [])[Symbol.iterator]();
    path.push({ name, met: met.size, low: met.size, next });
    met.set(name, met.size);
    open.push(name);
    isOpen.add(name);
  };
  const leave = ({ name, met: first, low }: Step): void => {
    const parent = path.at(-1);
    if (parent !== undefined) parent.low = Math.min(parent.low, low);
    if (low !== first) return;
    const component = open.splice(open.lastIndexOf(name));
    const isCircle = component.length > 1 || (edges.get(name) ?? []).includes(name);
    for (const one of component) {
      isOpen.delete(one);
      if (isCircle) found.add(one);
    }
  };
  for (const start of edges.keys()) {
    if (!met.has(start)) enter(start);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { value: name, done } = step.next.next();
      if (done === true) {
        path.pop();
        leave(step);
      } else if (!met.has(name)) enter(name);
      else if (isOpen.has(name)) step.low = Math.min(step.low, met.get(name) ?? step.low);
    }
  }
  return found;
}

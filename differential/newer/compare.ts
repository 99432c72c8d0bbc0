/** What differs between statsig-node-core and an engine, but for what is known. */
import { isDeepStrictEqual } from 'node:util';
import { canonical } from '../compare-answers';
import { KNOWN } from '../known-core-differences';
import type { Difference } from './difference';
import type { Facts } from './facts';
import type { Line } from '../exposure-lines';
import type { Observed } from './observe';
import type { Entry } from './responses';
import type { Kind, Said } from './sides';

type Asked = Pick<
  Difference,
  'of' | 'where' | 'kind' | 'name' | 'said' | 'reach' | 'lines' | 'entries' | 'specs'
>;

/** Of one project and engine. */
export class Comparison {
  readonly differences: Difference[] = [];
  /** How often each known difference was met. */
  readonly excused = new Map<string, number>();
  /** Answers and parameters, each once. */
  compared = 0;
  exposures = 0;
  entries = 0;

  constructor(private readonly facts: Facts) {}

  user(where: string, theirs: Observed, ours: Observed): void {
    for (const [key, said] of theirs.said) {
      this.compared++;
      const asked = this.asked('answer', where, key, [theirs, ours]);
      const other = ours.said.get(key);
      for (const field of Object.keys(said) as (keyof Said)[])
        this.check(asked, field, said[field], other?.[field]);
    }
    for (const [key, value] of theirs.read) {
      this.compared++;
      const [store, parameter] = key.split(' ', 2) as [string, string];
      const [kind, name] = this.facts.reference(store, parameter) ?? ['gate', ''];
      const asked = this.asked('store', where, `${kind} ${name}`, [theirs, ours]);
      this.check(asked, key, value, ours.read.get(key));
    }
    for (const [options, entries] of theirs.responses)
      this.response(`${where} ${options}`, entries, ours.responses.get(options)!);
    this.lines(where, theirs, ours);
  }

  private response(
    where: string,
    theirs: ReadonlyMap<string, Entry>,
    ours: ReadonlyMap<string, Entry>,
  ): void {
    for (const id of new Set([...theirs.keys(), ...ours.keys()])) {
      this.entries++;
      const [left, right] = [theirs.get(id), ours.get(id)];
      const { kind, key } = (left ?? right)!;
      const [asked, name] = this.facts.named(kind, key);
      const said = { theirs: undefined, ours: undefined };
      const of = { of: 'response', where, kind: asked, name, said } as const;
      const difference = {
        ...of,
        reach: this.facts.reach(asked, name),
        entries: { theirs: left?.fields, ours: right?.fields },
        specs: this.facts.answering(asked, name),
      };
      if (left === undefined || right === undefined) {
        this.check(difference, 'entry', left?.fields ?? null, right?.fields ?? null);
        continue;
      }
      for (const field of new Set([...Object.keys(left.fields), ...Object.keys(right.fields)]))
        this.check(difference, field, left.fields[field] ?? null, right.fields[field] ?? null);
    }
  }

  check(asked: Asked, field: string, theirs: unknown, ours: unknown): void {
    if (canonical(theirs) === canonical(ours)) return;
    const difference = { ...asked, field, theirs, ours, gates: this.facts.gates };
    const known = KNOWN.find(({ applies }) => applies(difference));
    if (known === undefined) this.differences.push(difference);
    else this.excused.set(known.name, (this.excused.get(known.name) ?? 0) + 1);
  }

  private asked(
    of: Asked['of'],
    where: string,
    key: string,
    [theirs, ours]: [Observed, Observed],
  ): Asked {
    const space = key.indexOf(' ');
    const [kind, name] = [key.slice(0, space) as Kind, key.slice(space + 1)];
    const said = { theirs: theirs.said.get(key), ours: ours.said.get(key) };
    return { of, where, kind, name, said, reach: this.facts.reach(kind, name) };
  }

  private lines(where: string, theirs: Observed, ours: Observed): void {
    const [left, right] = [theirs, ours].map(
      ({ lines }) => new Map(lines.map((line) => [line.key, line])),
    ) as [Map<string, Line>, Map<string, Line>];
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      this.exposures++;
      const [a, b] = [left.get(key), right.get(key)];
      const line = (a ?? b)!;
      const asked = {
        ...this.asked('exposure', where, `${this.kindOf(line, theirs)} ${line.name}`, [
          theirs,
          ours,
        ]),
        lines: { theirs: a, ours: b },
      };
      if (a === undefined || b === undefined) {
        this.check({ ...asked, of: 'exposures' }, 'key', a?.key ?? null, b?.key ?? null);
        continue;
      }
      for (const field of Object.keys(a.fields))
        this.check(asked, field, a.fields[field], b.fields[field]);
      this.check(asked, 'secondary', a.secondary, b.secondary);
    }
    this.order(where, left, right, theirs);
  }

  /** Of those that both have, but for those whose place says nothing. */
  private order(
    where: string,
    left: Map<string, Line>,
    right: Map<string, Line>,
    theirs: Observed,
  ): void {
    const isTold = (line: Line): boolean =>
      !this.facts.isLoose(this.kindOf(line, theirs), line.name);
    const keys = [...left.keys()].filter((key) => right.has(key) && isTold(left.get(key)!));
    const others = [...right.keys()].filter((key) => left.has(key) && isTold(right.get(key)!));
    const at = keys.findIndex((key, index) => key !== others[index]);
    if (at < 0) return;
    const said = { theirs: undefined, ours: undefined };
    const name = left.get(keys[at]!)!.name;
    const asked: Asked = { of: 'exposures', where, kind: 'gate', name, said, reach: new Set() };
    this.check(asked, 'order', keys[at], others[at]);
  }

  /** A config is exposed alike as a config and as an experiment. */
  private kindOf({ kind, name, fields }: Line, { said }: Observed): Kind {
    if (kind !== 'config') return kind as Kind;
    if (this.facts.reach('experiment', name).has('drawn')) return 'experiment';
    const rule = said.get(`experiment ${name}`)?.ruleID;
    return rule !== undefined && (rule === fields['ruleID'] || !said.has(`config ${name}`))
      ? 'experiment'
      : 'config';
  }
}

/** Where an engine says something else than the first one, whether core agrees or not. */
export function unlike(
  first: ReadonlyMap<string, Observed>,
  ours: ReadonlyMap<string, Observed>,
): string[] {
  const different: string[] = [];
  if (isDeepStrictEqual(first, ours)) return different;
  for (const [user, observed] of first)
    for (const part of ['said', 'read', 'lines', 'responses'] as const) {
      const [left, right] = [plain(observed[part]), plain(ours.get(user)?.[part])];
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        if (canonical(left[key]) !== canonical(right[key]))
          different.push(
            `${user}: unlike the first engine: ${part} ${key}` +
              `\n  first: ${canonical(left[key])}\n  this:  ${canonical(right[key])}`,
          );
    }
  return different;
}

function plain(of: Observed[keyof Observed] | undefined): Record<string, unknown> {
  if (of instanceof Map)
    return Object.fromEntries(
      [...of].flatMap(([key, value]) =>
        value instanceof Map
          ? [...(value as Map<string, unknown>)].map(([inner, one]) => [`${key} ${inner}`, one])
          : [[key, value]],
      ),
    ) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(of ?? []));
}

/** Flags, searched, and one of them beside the list. */
import { html } from 'htm/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from './api';
import { Flag } from './flag';
import type { FlagLine, Status } from './types';
import { entityOf, linkTo, Problem, typed, useKept, useLoaded, type View } from './ui';

const KINDS = [
  ['', 'All'],
  ['gate', 'Gates'],
  ['config', 'Configs'],
  ['experiment', 'Experiments'],
  ['layer', 'Layers'],
  ['parameter_store', 'Parameter stores'],
] as const;

/** Lines that are drawn at first, and with each look at the end of the list. */
const PIECE = 100;

interface FlagsProps {
  selected: { kind: string; name: string } | null;
  status: Status | null;
  revision: number;
}

export function Flags({ selected, status, revision }: FlagsProps): View {
  const [loaded, problem] = useLoaded(() => get<{ flags: FlagLine[] }>('flags'), `${revision}`);
  const className = selected === null ? 'flags' : 'flags has-selection';
  return html`<div class=${className}>
    <section class="list" aria-label="Flags">
      <${Problem} text=${problem} />
      ${loaded && html`<${Search} flags=${loaded.flags} selected=${selected} />`}
    </section>
    <section class="detail" aria-label="Flag">
      ${
        selected === null
          ? html`<p class="hint">Choose a flag to see its rules, and what a user gets.</p>`
          : html`<${Flag} key=${`${selected.kind} ${selected.name}`} ...${selected}
              status=${status} revision=${revision} />`
      }
    </section>
  </div>` as View;
}

function Search({
  flags,
  selected,
}: {
  flags: FlagLine[];
  selected: FlagsProps['selected'];
}): View {
  const [words, setWords] = useKept('search', '');
  const [kind, setKind] = useKept('kind', '');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as Element).tagName);
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const found = useMemo(() => matching(flags, words, kind), [flags, words, kind]);
  return html`<div class="search" role="search">
      <label>
        <span class="unseen">Search flags</span>
        <input ref=${input} type="search" placeholder="Search flags  ( / )" value=${words}
          autocomplete="off"
          spellcheck=${false} onInput=${typed(setWords)} />
      </label>
      <label>
        <span class="unseen">Kind</span>
        <select value=${kind} onChange=${typed(setKind)}>
          ${KINDS.map(([value, text]) => html`<option value=${value}>${text}</option>`)}
        </select>
      </label>
    </div>
    <p class="count" role="status">${found.length} of ${flags.length}</p>
    <${Lines} key=${`${words} ${kind}`} found=${found} selected=${selected} />` as View;
}

function isSame(flag: FlagLine, selected: FlagsProps['selected']): boolean {
  return selected?.name === flag.name && selected.kind === flag.kind;
}

/** All words, in any order; names that begin with them first. */
function matching(flags: FlagLine[], given: string, kind: string): FlagLine[] {
  const words = given.toLowerCase().split(/\s+/).filter(Boolean);
  const found = flags.filter((flag) => {
    const text = `${flag.name} ${flag.entity}`.toLowerCase();
    return (kind === '' || flag.kind === kind) && words.every((word) => text.includes(word));
  });
  const [first] = words;
  if (first === undefined) return found;
  const begins = ({ name }: FlagLine): number => Number(!name.toLowerCase().startsWith(first));
  return found.sort((a, b) => begins(a) - begins(b));
}

/** Drawn as far as somebody scrolls: the first paint of thousands would take a second. */
function Lines({ found, selected }: { found: FlagLine[]; selected: FlagsProps['selected'] }): View {
  const [shown, setShown] = useState(1);
  const pieces = useMemo(() => piecesOf(found), [found]);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setShown((n) => n + 1),
      { rootMargin: '600px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [shown >= pieces.length, shown]);
  const left = found.length - Math.min(found.length, shown * PIECE);
  return html`<ul class="lines">
    ${pieces.slice(0, shown).map(
      (flags, at) => html`<${Piece} key=${at} flags=${flags}
        selected=${flags.some((flag) => isSame(flag, selected)) ? selected : null} />`,
    )}
    ${left > 0 && html`<li ref=${end} class="count">${left} more…</li>`}
  </ul>` as View;
}

function piecesOf(found: FlagLine[]): FlagLine[][] {
  const count = Math.ceil(found.length / PIECE);
  return Array.from({ length: count }, (_, at) => found.slice(at * PIECE, (at + 1) * PIECE));
}

/** Lines that are compared again only where they may differ: the same nodes are passed over. */
function Piece({ flags, selected }: { flags: FlagLine[]; selected: FlagsProps['selected'] }): View {
  return useMemo(
    () => flags.map((flag) => html`<${Line} flag=${flag} isSelected=${isSame(flag, selected)} />`),
    [flags, selected?.kind, selected?.name],
  ) as View;
}

function Line({ flag, isSelected }: { flag: FlagLine; isSelected: boolean }): View {
  const { kind, name, entity, isEnabled, isOverridden } = flag;
  return html`<li>
    <a href=${linkTo(kind, name)}
      aria-current=${isSelected ? 'true' : undefined}>
      <span class="name">${name}</span>
      <span class="tags">
        ${isOverridden && html`<span class="tag warn">override</span>`}
        ${!isEnabled && html`<span class="tag off">off</span>`}
        <span class="tag">${entityOf(entity)}</span>
      </span>
    </a>
  </li>` as View;
}

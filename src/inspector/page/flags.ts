/** Flags, searched, and one of them beside the list. */
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Flag } from './flag';
import type { FlagLine, FlagList, Status } from './types';
import { entityOf, linkTo, Problem, typed, useKept, type View } from './ui';

const KINDS = [
  ['', 'All'],
  ['gate', 'Gates'],
  ['config', 'Configs'],
  ['experiment', 'Experiments'],
  ['layer', 'Layers'],
  ['parameter_store', 'Parameter stores'],
] as const;

/** Lines that are drawn together. */
const PIECE = 50;
/** Of a line that is not drawn; one with a long name is higher. */
const LINE_REM = 2.4;
/** Where the list scrolls by itself: as in page.css. */
const WIDE = '(min-width: 50.01rem)';
const FIRST: ReadonlySet<number> = new Set([0]);

interface FlagsProps {
  list: FlagList | null;
  problem: string;
  selected: { kind: string; name: string } | null;
  status: Status | null;
  edition: number;
}

export function Flags({ list, problem, selected, status, edition }: FlagsProps): View {
  const className = selected === null ? 'flags' : 'flags has-selection';
  return html`<div class=${className}>
    <section class="list" aria-label="Flags">
      <${Problem} text=${problem} />
      ${list && html`<${Search} flags=${list.flags} selected=${selected} />`}
    </section>
    <section class="detail" aria-label="Flag">
      ${
        selected === null
          ? html`<p class="hint">Choose a flag to see its rules, and what a user gets.</p>`
          : html`<${Flag} key=${`${selected.kind} ${selected.name}`} ...${selected}
              status=${status} revision=${edition} />`
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

/**
 * Only what is near to being seen is drawn, in pieces: thousands of lines would take a second at
 * first, and again with every payload.
 */
function Lines({ found, selected }: { found: FlagLine[]; selected: FlagsProps['selected'] }): View {
  const pieces = useMemo(() => piecesOf(found), [found]);
  const list = useRef<HTMLDivElement>(null);
  const near = useNear(list, pieces.length);
  return html`<div class="lines" role="list" ref=${list}>
    ${pieces.map(
      (flags, at) => html`<${Piece} key=${at} at=${at} flags=${flags} isNear=${near.has(at)}
        total=${found.length}
        selected=${flags.some((flag) => isSame(flag, selected)) ? selected : null} />`,
    )}
  </div>` as View;
}

/** Numbers of the pieces that can be seen, or soon. */
function useNear(list: { current: HTMLElement | null }, count: number): ReadonlySet<number> {
  const [near, setNear] = useState(FIRST);
  const isWide = useIsWide();
  useEffect(() => {
    const pieces = list.current?.children ?? [];
    const root = isWide ? list.current?.closest('.list') : null;
    const observer = new IntersectionObserver(
      (entries) => setNear((before) => nearAfter(before, entries)),
      { root, rootMargin: '1000px 0px' },
    );
    for (const piece of pieces) observer.observe(piece);
    return () => observer.disconnect();
  }, [count, isWide]);
  return near;
}

function useIsWide(): boolean {
  const media = useMemo(() => matchMedia(WIDE), []);
  const [isWide, setWide] = useState(media.matches);
  useEffect(() => {
    const onChange = (): void => setWide(media.matches);
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, [media]);
  return isWide;
}

/** What holds the focus stays. */
function nearAfter(
  before: ReadonlySet<number>,
  entries: readonly IntersectionObserverEntry[],
): ReadonlySet<number> {
  const near = new Set(before);
  for (const { target, isIntersecting } of entries) {
    const at = Number(target.getAttribute('data-at'));
    if (isIntersecting) near.add(at);
    else if (!target.contains(document.activeElement)) near.delete(at);
  }
  return near;
}

function piecesOf(found: FlagLine[]): FlagLine[][] {
  const count = Math.ceil(found.length / PIECE);
  return Array.from({ length: count }, (_, at) => found.slice(at * PIECE, (at + 1) * PIECE));
}

interface PieceProps {
  at: number;
  flags: FlagLine[];
  isNear: boolean;
  total: number;
  selected: FlagsProps['selected'];
}

/** Lines that are compared again only where they may differ: the same nodes are passed over. */
function Piece({ at, flags, isNear, total, selected }: PieceProps): View {
  const element = useRef<HTMLDivElement>(null);
  /** Of a line, once they were drawn. */
  const pixels = useRef(0);
  useLayoutEffect(() => {
    if (isNear) pixels.current = (element.current?.offsetHeight ?? 0) / flags.length;
  }, [isNear, flags]);
  const height =
    pixels.current === 0 ? `${flags.length * LINE_REM}rem` : `${flags.length * pixels.current}px`;
  const lines = useMemo(
    () =>
      isNear &&
      flags.map(
        (flag, i) => html`<${Line} flag=${flag} isSelected=${isSame(flag, selected)}
          position=${at * PIECE + i + 1} total=${total} />`,
      ),
    [isNear, flags, total, selected?.kind, selected?.name],
  );
  return html`<div role="none" data-at=${at} ref=${element}
    style=${{ height: isNear ? '' : height }}>${lines}</div>` as View;
}

interface LineProps {
  flag: FlagLine;
  isSelected: boolean;
  position: number;
  total: number;
}

function Line({ flag, isSelected, position, total }: LineProps): View {
  const { kind, name, entity, isEnabled, isOverridden } = flag;
  return html`<div role="listitem" aria-posinset=${position} aria-setsize=${total}>
    <a href=${linkTo(kind, name)}
      aria-current=${isSelected ? 'true' : undefined}>
      <span class="name">${name}</span>
      <span class="tags">
        ${isOverridden && html`<span class="tag warn">override</span>`}
        ${!isEnabled && html`<span class="tag off">off</span>`}
        <span class="tag">${entityOf(entity)}</span>
      </span>
    </a>
  </div>` as View;
}

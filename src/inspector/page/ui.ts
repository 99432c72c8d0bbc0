/** Small parts that several views use. */
import { html } from 'htm/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, VNode } from 'preact';

/** What a view renders to. */
export type View = VNode | VNode[] | null;

/**
 * Loads something again whenever `key` changes. The last value stays until there is another.
 * `first` is there already.
 */
export function useLoaded<T>(
  load: () => Promise<T>,
  key: string,
  first: T | null = null,
): [T | null, string] {
  const [loaded, setLoaded] = useState<T | null>(first);
  const [problem, setProblem] = useState('');
  const isThere = useRef(first !== null);
  useEffect(() => {
    if (isThere.current) {
      isThere.current = false;
      return undefined;
    }
    let isCurrent = true;
    load().then(
      (value) => {
        if (!isCurrent) return;
        setLoaded(value);
        setProblem('');
      },
      (error: Error) => isCurrent && setProblem(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return [loaded, problem];
}

/** Kept for as long as the tab is open. */
export function useKept(name: string, first: string): [string, (value: string) => void] {
  const key = `statsig-inspector-${name}`;
  const [value, setValue] = useState(() => sessionStorage.getItem(key) ?? first);
  const keep = (next: string): void => {
    sessionStorage.setItem(key, next);
    setValue(next);
  };
  return [value, keep];
}

export function Json({ value, label }: { value: unknown; label?: string }): View {
  const text = JSON.stringify(value, null, 2) ?? 'nothing';
  return html`<pre class="json" tabindex="0" role="region" aria-label=${label ?? 'JSON'}>
${text}</pre>` as View;
}

/** Hands on what was typed or chosen. */
export const typed =
  (take: (text: string) => void) =>
  (event: Event): void =>
    take((event.target as HTMLInputElement).value);

/** As the console calls it. */
export const entityOf = (entity: string): string =>
  entity.replace(/_/g, ' ').replace('feature gate', 'gate');

/** Where a flag is shown. Half a pair, which no address can hold, leads to nothing. */
export function linkTo(kind: string, name: string): string {
  try {
    return `#flag/${kind}/${encodeURIComponent(name)}`;
  } catch {
    return `#flag/${kind}/`;
  }
}

/** A value in one line. */
export function short(value: unknown, most = 120): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

export function Value({ value }: { value: unknown }): View {
  const isLong = typeof value === 'object' && value !== null && JSON.stringify(value).length > 60;
  if (!isLong) return html`<code class=${`value ${String(value)}`}>${short(value)}</code>` as View;
  return html`<details class="value-more"><summary><code>${short(value, 60)}</code></summary>
    <${Json} value=${value} label="Value" /></details>` as View;
}

export function Problem({ text }: { text: string }): View {
  return text === '' ? null : (html`<p class="problem" role="alert">${text}</p>` as View);
}

export function Copy({
  text,
  children,
}: {
  text: () => string;
  children: ComponentChildren;
}): View {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    setSaid((await copied(text())) ? 'Copied' : 'Could not copy');
    setTimeout(() => setSaid(''), 2_000);
  };
  return html`<span class="copy"
    ><button type="button" class="small" onClick=${copy}>${children}</button
    ><span role="status">${said}</span></span
  >` as View;
}

/** The clipboard needs https or this machine; elsewhere the old way. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand('copy');
    area.remove();
    return isDone;
  }
}

export function ago(ms: number | null): string {
  if (ms === null) return 'never';
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3_600)} h ago`;
}

export const clock = (ms: number): string => new Date(ms).toLocaleTimeString('en-GB');

export const dated = (ms: number): string =>
  ms > 1e11 ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ') : String(ms);

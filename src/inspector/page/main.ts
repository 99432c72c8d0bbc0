/** The inspector's page. */
import { html } from 'htm/preact';
import { render } from 'preact';
import { useErrorBoundary, useState } from 'preact/hooks';
import { App } from './app';
import { type ApiError, get, setToken } from './api';
import type { FlagList } from './types';
import { Problem, type View } from './ui';

/** What is behind the door: the list, a token that is needed, or what goes wrong. */
type Opened = FlagList | 'closed' | { problem: string };

/** The list is asked for first, and says whether a token is needed. */
const ask = (): Promise<Opened> =>
  get<FlagList>('flags').catch(({ status, message }: ApiError) => {
    if (status === 401) return 'closed';
    // There are no specs yet, or none that can be read: the rest is there all the same.
    return status >= 500 ? { edition: 0, flags: [] } : { problem: message };
  });

function Door({ first, title }: { first: Opened; title: string }): View {
  const [opened, setOpened] = useState(first);
  const [broken] = useErrorBoundary();
  if (broken !== undefined)
    return html`<main class="door">
      <${Problem} text=${`This page is broken: ${(broken as Error).message}`} />
    </main>` as View;
  if (opened === 'closed')
    return html`<${TokenForm} enter=${() => void ask().then(setOpened)} />` as View;
  if ('problem' in opened)
    return html`<main class="door"><${Problem} text=${opened.problem} /></main>` as View;
  return html`<${App} first=${opened} title=${title} />` as View;
}

function TokenForm({ enter }: { enter: () => void }): View {
  const [text, setText] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    setToken(text);
    enter();
  };
  return html`<main class="door">
    <h1>Statsig inspector</h1>
    <form onSubmit=${submit}>
      <label>Token <input type="password" value=${text} autocomplete="off" required
        onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)} /></label>
      <button type="submit">Open</button>
    </form>
    <p class="hint">The application's option <code>token</code> of <code>createInspector</code>.</p>
  </main>` as View;
}

/** The frame is on the screen, or nobody looks. */
const painted = (): Promise<unknown> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });

const root = document.getElementById('app');
// What is painted already (assets.ts) stays until there is something to put into it, and is taken
// over then: Preact keeps elements that it would make. A door has none of them.
if (root !== null) {
  const title = root.querySelector('h1')?.textContent ?? 'Statsig';
  void Promise.all([ask(), painted()]).then(([first]) => {
    if (typeof first === 'string' || 'problem' in first) root.textContent = '';
    render(html`<${Door} first=${first} title=${title} />` as Parameters<typeof render>[0], root);
  });
}

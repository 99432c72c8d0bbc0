/** The inspector's page. */
import { html } from 'htm/preact';
import { render } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { App } from './app';
import { type ApiError, get, setToken } from './api';
import type { Status } from './types';
import { Problem, type View } from './ui';

/** Asks for a token if one is needed. */
function Door(): View {
  const [state, setState] = useState<'asking' | 'open' | 'closed' | string>('asking');
  const enter = (): void =>
    void get<Status>('status').then(
      () => setState('open'),
      (error: ApiError) => setState(error.status === 401 ? 'closed' : error.message),
    );
  useEffect(enter, []);
  const [broken] = useErrorBoundary();
  if (broken !== undefined)
    return html`<main class="door">
      <${Problem} text=${`This page is broken: ${(broken as Error).message}`} />
    </main>` as View;
  if (state === 'open') return html`<${App} />` as View;
  if (state === 'asking') return html`<p class="loading">Loading…</p>` as View;
  if (state !== 'closed')
    return html`<main class="door"><${Problem} text=${state} /></main>` as View;
  return html`<${TokenForm} enter=${enter} />` as View;
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

const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  render(html`<${Door} />` as Parameters<typeof render>[0], root);
}

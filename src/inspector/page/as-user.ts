/** "As this user": the answer, and why. */
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { get, post } from './api';
import { curlText, testText } from './copies';
import { Tree } from './tree';
import type { Explained, Status, User } from './types';
import { Copy, Problem, short, typed, useKept, useLoaded, Value, type View } from './ui';

const FIRST = '{\n  "userID": "user-1"\n}';

/** The text, and what it says. */
export function parsedUser(text: string): User | string {
  try {
    const user = JSON.parse(text) as unknown;
    return typeof user === 'object' && user !== null && !Array.isArray(user)
      ? (user as User)
      : 'A user is an object such as {"userID": "ada"}';
  } catch (error) {
    return (error as Error).message;
  }
}

interface UserFieldProps {
  text: string;
  setText: (text: string) => void;
  /** What it says, or why it says nothing. */
  user: User | string;
}

/** The user as JSON; users of recent events can be taken. */
export function UserField({ text, setText, user: said }: UserFieldProps): View {
  const problem = typeof said === 'string' ? said : '';
  const [asked, setAsked] = useState(0);
  const [loaded] = useLoaded(() => get<{ users: User[] }>('users'), `${asked}`);
  const take = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const user = loaded?.users[Number(select.value)];
    if (user !== undefined) setText(JSON.stringify(user, null, 2));
    select.value = '';
  };
  return html`<div class="user-field">
    <label for="user-json">User</label>
    <select aria-label="Recent users" onFocus=${() => setAsked((n) => n + 1)} onChange=${take}>
      <option value="">Recent users…</option>
      ${loaded?.users.map((user, i) => html`<option value=${i}>${labelOf(user)}</option>`)}
    </select>
    <textarea id="user-json" rows="6" spellcheck=${false} autocomplete="off"
      aria-invalid=${problem !== ''} aria-describedby="user-problem" value=${text}
      onInput=${typed(setText)}></textarea>
    <p id="user-problem" class=${problem === '' ? 'unseen' : 'problem'}>${problem}</p>
  </div>` as View;
}

function labelOf(user: User): string {
  const { userID, customIDs, email } = user;
  return [userID ?? short(customIDs, 30), email]
    .filter(Boolean)
    .map(String)
    .join(', ')
    .slice(0, 60);
}

interface AsUserProps {
  kind: string;
  name: string;
  revision: number;
  status: Status | null;
}

export function AsUser({ kind, name, revision, status }: AsUserProps): View {
  const [text, setText] = useKept('user', FIRST);
  /** The user that was asked about; asked again when the payload changes. */
  const [asked, setAsked] = useState('');
  const user = parsedUser(text);
  const load = async (): Promise<Explained | null> =>
    asked === '' ? null : post<Explained>('explain', { user: JSON.parse(asked), kind, name });
  const [loaded, problem] = useLoaded(load, `${asked} ${revision}`);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typeof user !== 'string') setAsked(JSON.stringify(user));
  };
  return html`<section class="as-user" aria-labelledby="as-user-title">
    <h3 id="as-user-title">As this user</h3>
    <form onSubmit=${submit}>
      <${UserField} text=${text} setText=${setText} user=${user} />
      <button type="submit" disabled=${typeof user === 'string'}>Evaluate</button>
    </form>
    <${Problem} text=${problem} />
    <div aria-live="polite">
      ${loaded && html`<${Answer} loaded=${loaded} user=${asked} status=${status} />`}
    </div>
  </section>` as View;
}

interface AnswerProps {
  loaded: Explained;
  /** JSON */
  user: string;
  status: Status | null;
}

function Answer({ loaded, user, status }: AnswerProps): View {
  const { answer, explanation } = loaded;
  const { kind, name, value, rule, group, reason } = answer;
  const test = (): string => testText({ user, kind, name, value }, status?.api ?? null);
  return html`<div class="answer">
    <p class="result"><${Value} value=${value} /></p>
    <p class="facts">
      <span>rule <code>${rule || '(none)'}</code></span>
      ${group && html`<span>group <code>${group}</code></span>`}
      <span>reason <code>${reason}</code></span>
    </p>
    <p class="summary">${explanation.summary}</p>
    <${Tree} explanation=${explanation} />
    <p class="copies">
      <${Copy} text=${() => curlText({ user, kind, name })}>Copy as curl<//>
      <${Copy} text=${test}>Copy as a test<//>
    </p>
  </div>` as View;
}

/** What a client SDK would be bootstrapped with. */
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { post } from './api';
import { parsedUser, UserField } from './as-user';
import { Copy, Json, Problem, useKept, useLoaded, type View } from './ui';

export function Client({ revision }: { revision: number }): View {
  const [text, setText] = useKept('user', '{\n  "userID": "user-1"\n}');
  const [asked, setAsked] = useState('');
  const user = parsedUser(text);
  const load = async (): Promise<unknown> =>
    asked === '' ? null : post('client', { user: JSON.parse(asked) });
  const [loaded, problem] = useLoaded(load, `${asked} ${revision}`);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typeof user !== 'string') setAsked(JSON.stringify(user));
  };
  return html`<section class="client" aria-label="Client values">
    <p class="hint">The client-initialize response: what a client SDK of this user is
      bootstrapped with, names in the clear.</p>
    <form onSubmit=${submit}>
      <${UserField} text=${text} setText=${setText} user=${user} />
      <button type="submit" disabled=${typeof user === 'string'}>Show</button>
    </form>
    <${Problem} text=${problem} />
    ${
      loaded !== null &&
      html`<p><${Copy} text=${() => JSON.stringify(loaded)}>Copy as JSON<//></p>
        <${Json} value=${loaded} label="Client-initialize response" />`
    }
  </section>` as View;
}

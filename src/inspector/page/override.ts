/** A value by hand, for everybody who is connected or for one user. */
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { post } from './api';
import type { FlagPage } from './types';
import { Problem, typed, Value, type View } from './ui';

export function OverrideForm({ flag }: { flag: FlagPage }): View {
  const { kind, name, overrides, defaultValue } = flag;
  const [userID, setUserID] = useState('');
  const [text, setText] = useState(() => JSON.stringify(defaultValue, null, 2) ?? '{}');
  const [problem, setProblem] = useState('');
  const send = (value: unknown, whose: string | null): Promise<void> =>
    post('override', { kind, name, value, userID: whose }).then(
      () => setProblem(''),
      (error: Error) => setProblem(error.message),
    );
  const sendText = (event: Event): void => {
    event.preventDefault();
    try {
      void send(JSON.parse(text), userID || null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const set = (value: boolean) => () => void send(value, userID || null);
  return html`<section class="override" aria-labelledby="override-title">
    <h3 id="override-title">Override</h3>
    <p class="hint">Served to every SDK that is connected, with its next sync.</p>
    <form onSubmit=${sendText}>
      <label>For user ID <input value=${userID} placeholder="everybody" autocomplete="off"
        onInput=${typed(setUserID)} /></label>
      ${
        kind === 'gate'
          ? html`<span class="buttons">
              <button type="button" onClick=${set(true)}>Set true</button>
              <button type="button" onClick=${set(false)}>Set false</button></span>`
          : html`<label class="wide">Value <textarea rows="5" spellcheck=${false} value=${text}
                onInput=${typed(setText)}></textarea></label>
              <button type="submit">Set value</button>`
      }
    </form>
    <${Problem} text=${problem} />
    <ul class="overrides">
      ${overrides.map(
        (one) => html`<li><${Value} value=${one.value} /> for ${one.userID ?? 'everybody'}
          <button type="button" class="small"
            onClick=${() => void send(undefined, one.userID)}>Remove</button></li>`,
      )}
    </ul>
  </section>` as View;
}

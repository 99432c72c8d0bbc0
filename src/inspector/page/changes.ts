/** What changed when the payload did. */
import { html } from 'htm/preact';
import { get } from './api';
import type { FlagChange, PayloadChange } from './types';
import { clock, dated, linkTo, Problem, short, useLoaded, type View } from './ui';

export function Changes({ revision }: { revision: number }): View {
  const [loaded, problem] = useLoaded(
    () => get<{ changes: PayloadChange[] }>('changes'),
    `${revision}`,
  );
  return html`<section class="changes" aria-label="Changes">
    <${Problem} text=${problem} />
    ${
      loaded?.changes.length === 0 &&
      html`<p class="hint">Nothing has changed since somebody looks. The next payload
        that differs is told here:
        rules in words, and users who get something else.</p>`
    }
    ${loaded?.changes.map((change) => html`<${Change} key=${change.seenAt} change=${change} />`)}
  </section>` as View;
}

function Change({ change }: { change: PayloadChange }): View {
  const { seenAt, from, to, sample, flags, more } = change;
  const count = flags.length + more;
  return html`<article>
    <h3>${clock(seenAt)}: ${count} ${count === 1 ? 'flag' : 'flags'}</h3>
    <p class="hint">Payload of ${dated(from)} → ${dated(to)}. ${sample} users were asked:
      recent ones, and made-up IDs.</p>
    <ul class="changed">${flags.map((flag) => html`<${Flag} flag=${flag} sample=${sample} />`)}</ul>
    ${more > 0 && html`<p class="hint">and ${more} more</p>`}
  </article>` as View;
}

function Flag({ flag, sample }: { flag: FlagChange; sample: number }): View {
  const { kind, name, what, details, moved, examples } = flag;
  const tag = { added: 'on', removed: 'off', changed: 'warn' }[what];
  const title =
    what === 'removed' ? html`<b>${name}</b>` : html`<a href=${linkTo(kind, name)}>${name}</a>`;
  return html`<li>
    <p><span class=${`tag ${tag}`}>${what}</span> ${title}
      <span class="quiet"> ${kind}</span>${
        what === 'changed' && html`, ${moved} of ${sample} users get something else`
      }</p>
    <ul class="words">${details.map((text) => html`<li>${text}</li>`)}</ul>
    ${
      examples.length > 0 &&
      html`<ul class="words">${examples.map(
        ({ user, before, after }) =>
          html`<li>${nameOf(user)}: <code>${short(before, 60)}</code> → ${' '}
            <code>${short(after, 60)}</code></li>`,
      )}</ul>`
    }
  </li>` as View;
}

function nameOf(user: object): string {
  const { userID } = user as { userID?: unknown };
  return typeof userID === 'string' ? userID : short(user, 60);
}

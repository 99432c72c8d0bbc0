/** One flag: its rules in words, and what a user gets. */
import { html } from 'htm/preact';
import { get } from './api';
import { AsUser } from './as-user';
import { OverrideForm } from './override';
import type { FlagPage, RuleInWords, Status } from './types';
import { linkTo, Problem, useLoaded, Value, type View } from './ui';

interface FlagProps {
  kind: string;
  name: string;
  status: Status | null;
  revision: number;
}

export function Flag({ kind, name, status, revision }: FlagProps): View {
  const query = new URLSearchParams({ kind, name });
  const [flag, problem] = useLoaded(() => get<FlagPage>(`flag?${query}`), `${revision}`);
  return html`<article>
    <a class="back" href="#flags">← All flags</a>
    <h2>${name}</h2>
    <${Problem} text=${problem} />
    ${flag && html`<${Facts} flag=${flag} />`}
    ${flag && html`<${AsUser} kind=${kind} name=${name} revision=${revision} status=${status} />`}
    ${flag?.parameters && html`<${Parameters} parameters=${flag.parameters} />`}
    ${flag?.canOverride && status?.isReadOnly === false && html`<${OverrideForm} flag=${flag} />`}
    ${flag && !flag.parameters && html`<${Rules} flag=${flag} />`}
  </article>` as View;
}

function Parameters({ parameters }: { parameters: FlagPage['parameters'] & object }): View {
  return html`<section class="rules" aria-labelledby="parameters-title">
    <h3 id="parameters-title">Parameters</h3>
    <ul>
      ${parameters.map(({ name, from }) => html`<li><b>${name}</b> is ${from}</li>`)}
    </ul>
  </section>` as View;
}

function Facts({ flag }: { flag: FlagPage }): View {
  if (flag.parameters)
    return html`<p class="facts"><span class="tag">parameter store</span></p>` as View;
  return html`<p class="facts">
    <span class="tag">${flag.entity.replace(/_/g, ' ')}</span>
    <span class=${`tag ${flag.isEnabled ? 'on' : 'off'}`}>${flag.isEnabled ? 'on' : 'off'}</span>
    ${flag.overrides.length > 0 && html`<span class="tag warn">override</span>`}
    <span>by ${flag.idType}</span>
  </p>` as View;
}

function Rules({ flag }: { flag: FlagPage }): View {
  return html`<section class="rules" aria-labelledby="rules-title">
    <h3 id="rules-title">Rules</h3>
    <ol>
      ${flag.rules.map((rule) => html`<${Rule} rule=${rule} kind=${flag.kind} />`)}
      <li class="otherwise"><b>Otherwise</b> <${Value} value=${flag.defaultValue} /></li>
    </ol>
  </section>` as View;
}

function Rule({ rule, kind }: { rule: RuleInWords; kind: string }): View {
  const { title, id, conditions, passPercentage, isArm, delegate, value } = rule;
  const shareClass = passPercentage >= 100 ? 'on' : passPercentage > 0 ? '' : 'off';
  const link = linkTo('experiment', delegate ?? '');
  return html`<li>
    <div class="rule-head"><b>${title}</b>
      ${title !== id && html`<code class="quiet">${id}</code>`}</div>
    ${
      conditions.length === 0
        ? !isArm && html`<p>Everyone</p>`
        : html`<ul class="conditions">${conditions.map((text) => html`<li>${text}</li>`)}</ul>`
    }
    <p class="gives">
      ${
        isArm
          ? html`<span class="tag">arm</span>`
          : html`<span class=${`tag ${shareClass}`}>${passPercentage} %</span>`
      }
      ${
        delegate === null
          ? html`get <${Value} value=${kind === 'gate' && value === undefined ? true : value} />`
          : html`get what <a href=${link}>${delegate}</a> says`
      }
    </p>
  </li>` as View;
}

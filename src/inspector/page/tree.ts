/** An explanation as a tree: lists in lists, which keyboards and screen readers know. */
import { html } from 'htm/preact';
import type {
  ExplainedArm,
  ExplainedBucket,
  ExplainedChoice,
  ExplainedCondition,
  ExplainedParameter,
  ExplainedRule,
  ExplainedSpec,
  Explanation,
  RuleOutcome,
} from '../../explain/types';
import { entityOf, Json, short, type View } from './ui';

const OUTCOMES: Record<RuleOutcome, [mark: string, className: string, words: string]> = {
  passed: ['✓', 'yes', 'applies'],
  delegated: ['→', 'yes', 'hands over'],
  outside: ['◌', 'no', 'applies, but the percentage leaves this user out'],
  failed: ['✗', 'no', 'does not apply'],
  unsupported: ['?', 'unknown', 'is not known to this SDK'],
  notReached: ['·', 'quiet', 'not reached'],
};

export function Tree({ explanation }: { explanation: Explanation }): View {
  const { spec, sticky, parameters, exposures, isCut, error } = explanation;
  return html`<div class="tree">
    <h4>Why</h4>
    ${error !== undefined && html`<p class="problem">${error}</p>`}
    ${sticky && html`<p>A stored value sticks: rule <code>${sticky.ruleID}</code></p>`}
    ${spec && html`<${Spec} spec=${spec} isTop />`}
    ${parameters && html`<${Parameters} parameters=${parameters} />`}
    ${isCut && html`<p class="hint">There were more steps than are shown.</p>`}
    <details><summary>Exposures that a check would log: ${exposures.length}</summary>
      <${Json} value=${exposures} label="Exposures" /></details>
  </div>` as View;
}

function Parameters({ parameters }: { parameters: Record<string, ExplainedParameter> }): View {
  return html`<ul>${Object.entries(parameters).map(
    ([name, { value, from, explanation }]) => html`<li>
      <code>${name}</code> is <code>${short(value)}</code>, from ${from}
      ${explanation?.spec && html`<${Spec} spec=${explanation.spec} />`}
    </li>`,
  )}</ul>` as View;
}

function Spec({ spec, isTop = false }: { spec: ExplainedSpec; isTop?: boolean }): View {
  const { kind, entity, name, value, reason, rules } = spec;
  const { standIns = [], targeting = [], bucket, arms = [] } = spec;
  const what = entityOf(entity ?? kind);
  const isOff = spec.enabled === false;
  const says = kind === 'gate' ? `is ${value}` : value ? 'gives a value' : 'gives its default';
  return html`<details class="spec" open=${isTop || rules.length < 4}>
    <summary><${Mark} is=${value} />
      <b>${name}</b> <span class="quiet">${what}</span> ${says}${isOff && ', switched off'}
      ${reason !== undefined && html` <span class="tag">${reason}</span>`}
      ${spec.isRepeated && html` <span class="quiet">(explained above)</span>`}</summary>
    <ul>
      ${standIns.map((rule) => html`<${Rule} rule=${rule} lead="stands in: " />`)}
      ${targeting.map((one) => html`<li>targeting <${Spec} spec=${one} /></li>`)}
      ${bucket && html`<li><${Bucket} bucket=${bucket} /></li>`}
      ${arms.map((arm) => html`<${Arm} arm=${arm} />`)}
      ${rules.map((rule) => html`<${Rule} rule=${rule} />`)}
    </ul>
  </details>` as View;
}

function Mark({ is }: { is: boolean | null }): View {
  const [mark, className] = is === null ? ['?', 'unknown'] : is ? ['✓', 'yes'] : ['✗', 'no'];
  return html`<span class=${`mark ${className}`} aria-hidden="true">${mark}</span>` as View;
}

function Rule({ rule, lead = '' }: { rule: ExplainedRule; lead?: string }): View {
  const { id, name, groupName, outcome, conditions, bucket, passPercentage, spec } = rule;
  const [mark, className, words] = OUTCOMES[outcome];
  return html`<li class=${`rule ${className}`}>
    <span class=${`mark ${className}`} aria-hidden="true">${mark}</span>
    ${lead}<b>${groupName ?? name ?? id}</b> <span class="outcome">${words}</span>
    ${
      outcome !== 'notReached' &&
      html`<ul>
        ${conditions.map((condition) => html`<${Condition} condition=${condition} />`)}
        ${bucket && html`<li><${Bucket} bucket=${bucket} percentage=${passPercentage} /></li>`}
        ${spec && html`<li><${Spec} spec=${spec} /></li>`}
      </ul>`
    }
  </li>` as View;
}

const CHOICES: Record<ExplainedChoice, string> = {
  best: 'the best score',
  explored: 'drawn, to learn more',
  drawn: 'drawn, as no arm has a score',
  even: 'by its share of buckets: nothing was learned yet',
};

function Arm({ arm: { id, name, score, value, chosen } }: { arm: ExplainedArm }): View {
  const [mark, className] = chosen === undefined ? ['·', 'quiet'] : ['✓', 'yes'];
  const known = score === undefined ? 'no score' : `score ${score}`;
  return html`<li class=${`rule ${className}`}>
    <span class=${`mark ${className}`} aria-hidden="true">${mark}</span>
    arm <b>${name ?? id}</b> <span class="outcome">${known}${
      chosen !== undefined && `, chosen: ${CHOICES[chosen]}`
    }</span> <code>${short(value, 60)}</code>
  </li>` as View;
}

function Condition({ condition }: { condition: ExplainedCondition }): View {
  const { met, why, specs = [] } = condition;
  const spoken = met === null ? 'unknown: ' : met ? 'holds: ' : 'does not hold: ';
  return html`<li>
    <${Mark} is=${met} />
    <span class="unseen">${spoken}</span>${why}
    ${specs.map((spec) => html`<${Spec} spec=${spec} />`)}
  </li>` as View;
}

const counted = (number: number): string => number.toLocaleString('en');

function Bucket({ bucket, percentage }: { bucket: ExplainedBucket; percentage?: unknown }): View {
  const { number, below, salt, idType, unitID } = bucket;
  const isIn = below !== undefined && number < below;
  const pass = below === undefined ? '' : `, those below ${counted(below)} pass`;
  const share = percentage === undefined ? '' : `${String(percentage)} %: `;
  return html`<span class="bucket" title=${`SHA-256 of ${salt}.${unitID}`}>
    <span class=${isIn ? 'mark yes' : 'mark no'} aria-hidden="true">#</span>
    ${share}bucket ${counted(number)} of 10,000${pass}
    <span class="quiet"> (${idType} ${unitID}, salt ${salt})</span></span>` as View;
}

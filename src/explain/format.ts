/** Explanations in plain words, for a terminal. */
import { shortJson } from './condition-words';
import type {
  ExplainedArm,
  ExplainedBucket,
  ExplainedChoice,
  ExplainedExposure,
  ExplainedRule,
  ExplainedSpec,
  Explanation,
} from './types';

/** Deepest nesting that is written. */
const DEEPEST = 40;
/** Rules after the one that decided that are named. */
const MOST_NAMED = 5;

const MARKS = { yes: '✓', no: '✗', unknown: '?' } as const;

/** The answer in one sentence. */
export function summaryOf(explanation: Explanation): string {
  const { kind, name, value, error, spec, sticky, reason } = explanation;
  const what = `${kind.replace('_', ' ')} ${name}`;
  if (error !== undefined) return `${what} has no answer: ${error}`;
  const said = kind === 'gate' ? `is ${String(value)}` : `is ${shortJson(value)}`;
  const why = sticky === undefined ? reasonOf(spec, reason) : 'a stored value that sticks';
  return `${what} ${said}: ${why}`;
}

/** Why no rule had a say. */
const REASONS: Readonly<Record<string, string>> = {
  LocalOverride: 'a local override',
  Unrecognized: 'the project has none of this name',
  Uninitialized: 'there are no specs yet',
  Unsupported: 'it uses a condition or operator that this SDK does not know',
};

function reasonOf(spec: ExplainedSpec | null, reason: string): string {
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  if (known !== undefined) return known;
  const standIn = spec?.standIns?.find((rule) => rule.spec !== undefined);
  if (standIn?.spec !== undefined) return `${standIn.spec.name} stands in for it`;
  if (spec === null) return reason;
  const decided = spec.rules.find(({ outcome }) =>
    ['passed', 'outside', 'delegated'].includes(outcome),
  );
  return decided === undefined ? undecided(spec) : `${ruleName(decided)} ${decidedHow(decided)}`;
}

/** No rule decided. */
function undecided({ entity, enabled, ruleID, arms }: ExplainedSpec): string {
  const arm = arms?.find(({ chosen }) => chosen !== undefined);
  if (arm?.chosen !== undefined) return `arm ${armName(arm)} ${CHOICES[arm.chosen]}`;
  if (entity === 'autotune' && ruleID === 'prestart') return 'it has not started';
  if (entity === 'autotune' && ruleID === 'inlineTargetingRules')
    return 'its targeting leaves this user out';
  return enabled === false ? 'it is switched off' : 'no rule applies';
}

/** Why it was this arm of an autotune. */
const CHOICES: Readonly<Record<ExplainedChoice, string>> = {
  best: 'has the best score',
  explored: 'was drawn, to learn more',
  drawn: 'was drawn, as no arm has a score',
  even: 'by its share of buckets, as nothing was learned yet',
};

function armName({ id, name }: ExplainedArm): string {
  return name === undefined || name === id ? id : `"${name}" (${id})`;
}

function armLine(arm: ExplainedArm): string {
  const { score, chosen } = arm;
  const known = score === undefined ? 'no score' : `score ${score}`;
  const why = chosen === undefined ? '' : `, ${CHOICES[chosen]}`;
  return `${chosen === undefined ? '-' : MARKS.yes} arm ${armName(arm)}: ${known}${why}`;
}

function ruleName({ id, name, groupName }: ExplainedRule): string {
  const known = groupName ?? name;
  return known === undefined ? `rule ${id}` : `rule "${known}" (${id})`;
}

function decidedHow({ outcome, spec }: ExplainedRule): string {
  if (outcome === 'passed') return 'applies';
  if (outcome === 'delegated') return `applies, and ${spec?.kind} ${spec?.name} decides`;
  return 'applies, but leaves this user out';
}

/**
 * Writes an explanation in plain words, a line for each step.
 * @example console.log(formatExplanation(Statsig.explainGate(user, 'new_checkout')));
 */
export function formatExplanation(explanation: Explanation): string {
  const lines: string[] = [explanation.summary];
  const { spec, sticky, parameters, exposures } = explanation;
  if (sticky !== undefined)
    lines.push(`  stored: rule ${sticky.ruleID}, group ${sticky.groupName ?? '-'}`);
  if (spec !== null) lines.push(...specLines(spec, 1));
  for (const [name, { value, from, explanation: of }] of Object.entries(parameters ?? {})) {
    lines.push(`  ${name} is ${shortJson(value)}, from ${from === 'value' ? 'the store' : from}`);
    if (of !== undefined)
      lines.push(
        ...formatExplanation(of)
          .split('\n')
          .map((line) => `    ${line}`),
      );
  }
  if (explanation.isCut) lines.push('  … further steps are left out');
  if (parameters === undefined) lines.push(...exposureLines(exposures));
  return lines.join('\n');
}

function exposureLines(exposures: readonly ExplainedExposure[]): string[] {
  const layers = exposures.filter(({ eventName }) => eventName === 'statsig::layer_exposure');
  const own = layers.length > 0 ? layers : exposures.slice(-1);
  const [first] = own;
  if (first === undefined) return [];
  const more = own.length > 1 ? ` per parameter that is read (${own.length})` : '';
  const secondary = first.secondaryExposures.map(({ gate, gateValue }) => `${gate} ${gateValue}`);
  const asked = exposures
    .slice(0, exposures.length - own.length)
    .map(({ metadata }) => `one of ${String(metadata['config'])}`);
  const also = [...secondary, ...asked].join(', ');
  return [`logs ${first.eventName}${more}${also === '' ? '' : `, with ${also}`}`];
}

function specLines(spec: ExplainedSpec, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (depth > DEEPEST) return [`${indent}…`];
  const { rules, standIns = [], targeting = [], bucket, arms = [] } = spec;
  const lines = targeting.flatMap((gate) => nestedLines(gate, depth));
  if (bucket !== undefined) lines.push(`${indent}${bucketInWords(bucket)}`);
  for (const arm of arms) lines.push(`${indent}${armLine(arm)}`);
  for (const rule of standIns) lines.push(...ruleLines(rule, depth));
  const reached = rules.filter(({ outcome }) => outcome !== 'notReached');
  for (const rule of reached) lines.push(...ruleLines(rule, depth));
  const rest = rules.slice(reached.length);
  if (rest.length > 0) {
    const names = rest.slice(0, MOST_NAMED).map(ruleName).join(', ');
    const more = rest.length > MOST_NAMED ? ` and ${rest.length - MOST_NAMED} more` : '';
    lines.push(`${indent}- not reached: ${names}${more}`);
  }
  return lines;
}

function ruleLines(rule: ExplainedRule, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const { outcome, conditions, bucket, passPercentage, spec } = rule;
  const isMet = outcome === 'passed' || outcome === 'delegated';
  const mark = outcome === 'unsupported' ? MARKS.unknown : isMet ? MARKS.yes : MARKS.no;
  const lines = [`${indent}${mark} ${ruleName(rule)}`];
  for (const { met, why, specs = [] } of conditions) {
    const mark = met === null ? MARKS.unknown : met ? MARKS.yes : MARKS.no;
    lines.push(`${indent}  ${mark} ${why}`);
    for (const nested of specs) lines.push(...nestedLines(nested, depth + 2));
  }
  if (conditions.length === 0) lines.push(`${indent}  ${MARKS.yes} everyone`);
  if (outcome === 'passed' || outcome === 'outside') {
    const where = bucket === undefined ? '' : `: ${bucketInWords(bucket)}`;
    const passes = outcome === 'passed' ? MARKS.yes : MARKS.no;
    lines.push(`${indent}  ${passes} ${shortJson(passPercentage)} %${where}`);
  }
  if (spec !== undefined) lines.push(...nestedLines(spec, depth + 1));
  return lines;
}

function nestedLines(spec: ExplainedSpec, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const { kind, name, entity, value, reason, isRepeated } = spec;
  const said = kind === 'gate' ? ` is ${String(value)}` : '';
  const note = isRepeated ? ', as told above' : reason === undefined ? '' : `: ${reason}`;
  return [`${indent}${entity ?? kind} ${name}${said}${note}`, ...specLines(spec, depth + 1)];
}

function bucketInWords({ number, below, salt, idType, unitID }: ExplainedBucket): string {
  const limit =
    below === undefined ? '' : number < below ? ` is below ${below}` : ` is not below ${below}`;
  return `bucket ${number} of 10000${limit}, from ${idType} ${shortJson(unitID)} with salt ${salt}`;
}

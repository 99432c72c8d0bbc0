import type { Condition, Project, Rule, Spec } from '../../project/payload';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { folded } from '../fold';
import { nearest } from '../../host/nearest';
import { onCircles } from '../../project/circles';
import { deadRules } from '../../project/dead-rules';
import { whySlow } from '../../project/regexps';
import { withServer } from '../../project/with-server';
import { counted } from '../../project/words';
import { readProject } from '../project';

export const lint: Command = {
  summary: 'what is wrong, or left over, in a payload',
  usage: `SOURCE [--json]

  SOURCE   payload: a file, - for standard input, or a URL
  --json   for programs

Finds rules that nobody can reach or match, roll-outs of 0 % and finished ones,
operators and condition types that no Statsig SDK knows, references to gates and
lists that are not there, circles, salts used twice, expressions that do not
compile or may take long, specs above 100 kB, and what makes SDKs refuse it all.
Exits with 1 when it found an error.`,
  takes: 1,
  options: { json: { type: 'boolean' } },
  async run({ positionals, has }, output) {
    const [source, more] = positionals;
    if (source === undefined || more !== undefined)
      throw new UsageError('one payload is looked at');
    const project = await readProject(source);
    const findings = [...(await refusal(project)), ...findingsOf(project)];
    if (has('json')) output.line(JSON.stringify(findings, null, 2));
    const errors = findings.filter(({ level }) => level === 'error').length;
    if (!has('json')) print(findings, output);
    if (!has('json'))
      output.line(
        `${counted(project.specs.length, 'spec')}: ${counted(errors, 'error')}, ` +
          counted(findings.length - errors, 'warning'),
      );
    return errors === 0 ? EXIT.ok : EXIT.found;
  },
};

function print(findings: readonly Finding[], output: Output): void {
  for (const { level, spec, message } of findings) {
    const [first = '', ...more] = folded(`${level.padEnd(7)} ${spec}: ${message}`, output.width);
    const colour = level === 'error' ? 'red' : 'yellow';
    output.line(output.paint(colour, level) + first.slice(level.length));
    for (const line of more) output.line(line);
  }
}

interface Finding {
  level: 'error' | 'warning';
  spec: string;
  message: string;
}

/** Of a payload that the SDK would not take, whatever its specs say. */
async function refusal(project: Project): Promise<Finding[]> {
  try {
    await withServer(project, () => undefined);
    return [];
  } catch (error) {
    const { message } = error as Error;
    return [{ level: 'error', spec: '(payload)', message: `is refused: ${message}` }];
  }
}

const TYPES = [
  'public',
  'pass_gate',
  'fail_gate',
  'multi_pass_gate',
  'multi_fail_gate',
  'ip_based',
  'ua_based',
  'user_field',
  'environment_field',
  'current_time',
  'user_bucket',
  'unit_id',
  'target_app',
  'experiment_group',
];
const OPERATORS = [
  'gt',
  'gte',
  'lt',
  'lte',
  'version_gt',
  'version_gte',
  'version_lt',
  'version_lte',
  'version_eq',
  'version_neq',
  'any',
  'none',
  'any_case_sensitive',
  'none_case_sensitive',
  'str_starts_with_any',
  'str_ends_with_any',
  'str_contains_any',
  'str_contains_none',
  'str_matches',
  'eq',
  'neq',
  'before',
  'after',
  'on',
  'in_segment_list',
  'not_in_segment_list',
  'array_contains_any',
  'array_contains_none',
  'array_contains_all',
  'not_array_contains_all',
];
const LARGE = 100_000;
/** Missing gates of which a near one is looked for, among all names. */
const MOST_SUGGESTIONS = 100;

/** What is looked up again and again. */
interface Known {
  /** The last of a name counts. */
  gates: ReadonlyMap<string, Spec>;
  idLists: ReadonlySet<string>;
  told: { suggestions: number };
}

/** All findings, spec by spec. */
export function findingsOf(project: Project): Finding[] {
  const salts = new Map<string, string>();
  const gates = project.specs.filter(({ kind }) => kind === 'gate');
  const known = {
    gates: new Map(gates.map((gate) => [gate.name, gate])),
    idLists: new Set(project.idLists),
    told: { suggestions: 0 },
  };
  return [
    ...project.specs.flatMap((spec) => {
      const found: Finding[] = [];
      const say = (level: Finding['level'], message: string): void =>
        void found.push({ level, spec: spec.name, message });
      if (spec.size > LARGE) say('warning', `takes ${spec.size.toLocaleString('en-US')} bytes`);
      const other = spec.salt && spec.kind !== 'layer' ? salts.get(spec.salt) : undefined;
      if (other !== undefined)
        say('warning', `has the salt of ${other}, so both pick the same users`);
      else if (spec.salt) salts.set(spec.salt, spec.name);
      lintRules(spec, known, say);
      for (const condition of spec.rules.flatMap(conditionsOf))
        lintCondition(condition, known, say);
      return found;
    }),
    ...circles(project),
  ];
}

const conditionsOf = ({ conditions }: Rule): (Condition | undefined)[] =>
  Array.isArray(conditions) ? conditions : [];
const isOpen = (rule: Rule): boolean =>
  conditionsOf(rule).every((condition) => String(condition?.type).toLowerCase() === 'public');

type Say = (level: Finding['level'], message: string) => void;

function lintRules({ rules, kind, enabled }: Spec, { gates }: Known, say: Say): void {
  const closing = rules.findIndex((rule) => isOpen(rule) && (rule.passPercentage ?? 0) >= 100);
  if (closing >= 0 && closing < rules.length - 1) {
    say('warning', `rules after ${nameOf(rules[closing]!)} are never reached: it lets everyone in`);
  }
  for (const rule of rules)
    if (rule.passPercentage === 0 && kind === 'gate')
      say('warning', `rule ${nameOf(rule)} lets 0 % in`);
  const reached = closing < 0 ? rules : rules.slice(0, closing + 1);
  for (const [rule, why] of deadRules(reached, gates))
    say('warning', `nobody can match rule ${nameOf(rule)}: ${why}`);
  if (kind === 'gate' && enabled === true && rules.length === 1 && closing === 0)
    say('warning', 'is on for everyone: its check can go');
}

const nameOf = (rule: Rule): string => rule.name ?? rule.id ?? 'without a name';

function lintCondition(condition: Condition | undefined, known: Known, say: Say): void {
  if (condition === undefined)
    return say('error', 'a rule names a condition that the payload does not have');
  const { type, operator, targetValue } = condition;
  const kind = String(type).toLowerCase();
  if (!TYPES.includes(kind)) say('error', `has the unknown condition type ${String(type)}`);
  if (kind.endsWith('_gate')) return lintGates([targetValue].flat(), known, say);
  if (operator === null || operator === undefined) return;
  const name = String(operator).toLowerCase();
  if (!OPERATORS.includes(name)) say('error', `has the unknown operator ${String(operator)}`);
  if (name === 'str_matches') lintExpression(String(targetValue), say);
  if (name.endsWith('_segment_list') && !known.idLists.has(String(targetValue))) {
    say(
      'warning',
      `asks for the ID list ${String(targetValue)}, which the payload does not announce`,
    );
  }
}

function lintExpression(pattern: string, say: Say): void {
  if (!compiles(pattern)) say('error', `has an expression that does not compile: ${pattern}`);
  const slow = whySlow(pattern);
  if (slow !== null)
    say('warning', `has an expression that ${slow}, so that texts may take long: ${pattern}`);
}

function lintGates(targets: unknown[], { gates, told }: Known, say: Say): void {
  for (const target of targets) {
    if (gates.has(String(target))) continue;
    const isTold = told.suggestions++ < MOST_SUGGESTIONS;
    const near = isTold ? nearest(String(target), gates.keys()) : null;
    say(
      'error',
      `asks for the gate ${String(target)}, which is not there` +
        (near === null ? '' : ` (there is ${near})`),
    );
  }
}

function compiles(pattern: unknown): boolean {
  try {
    return new RegExp(String(pattern)) !== null;
  } catch {
    return false;
  }
}

/** Gates that come back to themselves through gates. */
function circles({ specs }: Project): Finding[] {
  const gatesOf = (spec: Spec): string[] =>
    spec.rules
      .flatMap(conditionsOf)
      .filter((condition) => String(condition?.type).toLowerCase().endsWith('_gate'))
      .flatMap((condition) => [condition?.targetValue].flat().map(String));
  const edges = new Map(
    specs.filter(({ kind }) => kind === 'gate').map((spec) => [spec.name, gatesOf(spec)]),
  );
  const inCircles = onCircles(edges);
  return [...edges.keys()]
    .filter((name) => inCircles.has(name))
    .map((spec): Finding => ({ level: 'error', spec, message: 'depends on itself' }));
}

/** What `lint` finds, in words and as JSON. */
import test from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingsOf } from '../../src/cli/commands/lint';
import { parseProject } from '../../src/project/payload';
import { run, sample } from './support';

const folder = mkdtempSync(join(tmpdir(), 'lint-'));
test.after.always(() => rmSync(folder, { recursive: true }));

test('lint finds each kind once', async (t) => {
  t.is((await run('lint', sample)).code, 0);
  const gate = (name: string, rules: object[], more = {}): object => ({
    name,
    entity: 'feature_gate',
    enabled: true,
    salt: name,
    rules,
    ...more,
  });
  const rule = (conditions: unknown, passPercentage = 100): object => ({
    id: 'r',
    name: 'r',
    passPercentage,
    conditions,
    returnValue: true,
  });
  const open = [{ type: 'public' }];
  const project = parseProject(
    JSON.stringify({
      feature_gates: [
        gate('closed', [rule(open), rule(open)]),
        gate('zero', [rule([{ type: 'user_field', operator: 'any', targetValue: [1] }], 0)]),
        gate('type', [rule([{ type: 'moon' }])]),
        gate('operator', [rule([{ type: 'user_field', operator: 'like', targetValue: 'a' }])]),
        gate('missing', [rule([{ type: 'pass_gate', targetValue: 'zeros' }])]),
        gate('circle', [rule([{ type: 'pass_gate', targetValue: 'circle' }])]),
        gate('salted', [], { salt: 'zero' }),
        gate('pattern', [
          rule([{ type: 'user_field', operator: 'str_matches', targetValue: '(' }]),
        ]),
        gate('list', [rule([{ type: 'unit_id', operator: 'in_segment_list', targetValue: 'l' }])]),
        gate('large', [], { note: 'x'.repeat(100_001) }),
      ],
    }),
    'x',
  );
  t.deepEqual(
    findingsOf(project).map(({ level, spec }) => `${level} ${spec}`),
    [
      'warning closed',
      'warning zero',
      'error type',
      'error operator',
      'error missing',
      'warning salted',
      'error pattern',
      'warning list',
      'warning large',
      'error circle',
    ],
  );
  t.regex(findingsOf(project).find(({ spec }) => spec === 'missing')!.message, /there is zero/);
  const v2 = parseProject(
    '{"feature_gates":{"g":{"rules":[{"id":"a","passPercentage":100,"conditions":["c","d"]}]}},"condition_map":{"c":{"type":"public"}}}',
    'x',
  );
  t.deepEqual(
    findingsOf(v2).map(({ message }) => message),
    ['a rule names a condition that the payload does not have'],
  );
});

test('lint: rules that nobody can match, and expressions that may take long', (t) => {
  const field = (operator: string, targetValue: unknown) => ({
    ...{ type: 'user_field', field: 'email', operator, targetValue },
  });
  const passes = { type: 'pass_gate', targetValue: 'off' };
  const fails = { type: 'fail_gate', targetValue: 'on' };
  const rules = [
    [field('any', ['a', 'B'])],
    [field('any', ['a', 'B'])],
    [field('any', [])],
    [field('any', ['a']), field('any', ['b'])],
    [field('any', ['a', 'b']), field('any', ['B'])],
    [passes],
    [fails, { ...fails, type: 'pass_gate' }],
    [field('str_matches', '^(a+)+$')],
    [field('str_matches', '[(a+)+]\\(b*\\)*')],
    [field('str_matches', '(a)\\1')],
    [field('str_matches', '(?<!a)b')],
  ].map((conditions, at) => ({ id: `${at}`, passPercentage: 100, conditions, returnValue: true }));
  const gate = (name: string, more: object): object => ({
    name,
    enabled: true,
    rules: [],
    ...more,
  });
  const { specs } = {
    specs: [gate('on', { defaultValue: true }), gate('off', { enabled: false })],
  };
  const payload = { feature_gates: [...specs, gate('all', { rules })] };
  t.deepEqual(
    findingsOf(parseProject(JSON.stringify(payload), 'x')).map(({ message }) => message),
    [
      'nobody can match rule 1: rule 0 takes everybody who would',
      'nobody can match rule 2: nobody has email any []',
      'nobody can match rule 3: nobody has both email any ["a"] and email any ["b"]',
      'nobody can match rule 5: nobody has gate "off"',
      'nobody can match rule 6: nobody has both not gate "on" and gate "on"',
      'has an expression that repeats what repeats itself, so that texts may take long: ^(a+)+$',
      'has an expression that refers back to a group, so that texts may take long: (a)\\1',
      'has an expression that looks around, so that texts may take long: (?<!a)b',
    ],
  );
});

test('lint: in words, as JSON, and its exit code', async (t) => {
  const wrong = join(folder, 'wrong.json');
  const rule = { id: 'r', passPercentage: 50, conditions: [{ type: 'moon' }] };
  const payload = { feature_gates: [{ name: 'g', rules: [rule] }] };
  const rest = { dynamic_configs: [], layer_configs: [], has_updates: true, time: 1 };
  writeFileSync(wrong, JSON.stringify({ ...payload, ...rest }));
  const message = 'has the unknown condition type moon';
  t.deepEqual(await run('lint', wrong), {
    code: 1,
    out: `error   g: ${message}\n1 spec: 1 error, 0 warnings`,
    err: '',
  });
  const { code, out } = await run('lint', wrong, '--json');
  t.is(code, 1);
  t.deepEqual(JSON.parse(out), [{ level: 'error', spec: 'g', message }]);
});

test('lint: a payload that no SDK would take is wrong, although its specs are not', async (t) => {
  const wrong = join(folder, 'refused.json');
  for (const payload of [{ feature_gates: null }, { feature_gates: [], dynamic_configs: 5 }]) {
    writeFileSync(wrong, JSON.stringify(payload));
    const { code, out } = await run('lint', wrong);
    t.is(code, 1);
    t.regex(out, /^error   \(payload\): is refused: /);
  }
});

test('lint: circles of gates, and none in a long chain that is asked from everywhere', (t) => {
  const gate = (name: string, ...asked: string[]): object => ({
    ...{ name, salt: name, enabled: true },
    rules: asked.map((targetValue) => ({
      ...{ id: targetValue, passPercentage: 50 },
      conditions: [{ type: 'pass_gate', targetValue }],
    })),
  });
  const inCircles = (gates: object[]): string[] =>
    findingsOf(parseProject(JSON.stringify({ feature_gates: gates }), 'x'))
      .filter(({ message }) => message === 'depends on itself')
      .map(({ spec }) => spec);
  const two = [gate('c', 'd'), gate('d', 'e', 'end'), gate('e', 'd'), gate('end')];
  t.deepEqual(inCircles([gate('a', 'b'), gate('b', 'c'), ...two]), ['d', 'e']);
  t.deepEqual(inCircles([gate('a', 'b', 'c'), gate('b', 'a'), gate('c', 'b'), gate('x', 'x')]), [
    ...['a', 'b', 'c', 'x'],
  ]);
  // A walk from each gate would take 5,000,000,000 steps.
  const chain = Array.from({ length: 100_000 }, (_, i) => gate(`g${i}`, `g${i + 1}`));
  t.deepEqual(inCircles([...chain, gate('g100000')]), []);
  t.is(inCircles([...chain, gate('g100000', 'g0')]).length, 100_001);
});

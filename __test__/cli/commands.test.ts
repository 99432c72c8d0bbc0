/** Each command: its output, its JSON, its exit code, and what it says about wrong use. */
import test from 'ava';
import { spawn } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/main';
import { findingsOf } from '../../src/cli/commands/lint';
import { folded } from '../../src/cli/fold';
import { watchSource } from '../../src/cli/watch';
import { nearest } from '../../src/host/nearest';
import { parseProject } from '../../src/project/payload';
import { VERSION } from '../../src/engine/version';
import { run, sample } from './support';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
test.after.always(() => rmSync(folder, { recursive: true }));

/** A file with the sample after a change. */
function changed(
  name: string,
  change: (payload: {
    feature_gates: { name: string; rules: { passPercentage: number }[] }[];
  }) => void,
): string {
  const payload = JSON.parse(readFileSync(sample, 'utf8')) as Parameters<typeof change>[0];
  change(payload);
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(payload));
  return path;
}

test('help, of each command too, fits a screen', async (t) => {
  for (const args of [['--help'], ...Object.keys(COMMANDS).map((name) => [name, '--help'])]) {
    const { code, out } = await run(...args);
    t.is(code, 0);
    const lines = out.split('\n');
    t.true(lines.length <= 24, args.join(' '));
    t.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    t.true(out.startsWith('usage: statsig-node-native '));
  }
  t.is((await run('--version')).out, VERSION);
});

test('explain tells each rule and condition, or the tree', async (t) => {
  const user = JSON.stringify({ userID: 'u', email: 'a@b.c', privateAttributes: { x: 1 } });
  const { specs } = parseProject(readFileSync(sample, 'utf8'), 'sample');
  const [first, second] = specs.map(({ name }) => name) as [string, string];
  const { code, out } = await run('explain', first, '--specs', sample, '--user', user);
  t.is(code, 0);
  t.regex(out, new RegExp(`^(gate|config|experiment|layer) ${first} is `));
  t.regex(out, /^ {2}[✓✗] rule /m);
  const tree = await run('explain', first, '--specs', sample, '--user', 'u', '--json');
  t.is((JSON.parse(tree.out) as { name: string }).name, first);
  const many = await run('explain', first, second, '--specs', sample, '--user', 'u', '--json');
  t.is((JSON.parse(many.out) as unknown[]).length, 2);
  const wrong = await run('explain', `${first}x`, '--specs', sample, '--user', 'u');
  t.is(wrong.code, 1);
  t.is(wrong.err, `nothing is called ${first}x, did you mean ${first}?`);
  t.is((await run('explain', '--specs', sample, '--user', 'u')).code, 2);
  t.is((await run('explain', 'x', '--user', 'u')).code, 2);
});

test('docs/cli.md has the usage of each command', (t) => {
  const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
  for (const [name, { usage }] of Object.entries(COMMANDS))
    t.true(page.includes(`statsig-node-native ${name} ${usage}\n\`\`\``), name);
  t.deepEqual(
    [...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name),
    Object.keys(COMMANDS),
  );
});

test('wrong use exits with 2 and says what is meant', async (t) => {
  for (const [args, said] of [
    [[], 'a command is missing'],
    [['chekc'], 'did you mean check?'],
    [['check', 'x'], '--specs SOURCE is missing'],
    [['check', '--specs', sample, '--user', 'u'], 'which gate'],
    [['check', 'new_checkout', '--specs', sample], '--user is missing'],
    [['check', 'new_checkout', '--specs', sample, '--user', '{'], 'no JSON'],
    [['diff', sample], 'two payloads'],
    [['lint'], 'one payload'],
    [['lint', sample, '--nonsense'], 'there is no option --nonsense'],
    [['lint', sample, '--jsn'], 'there is no option --jsn, did you mean --json?'],
    [['lint', sample, 'more'], 'what is more?'],
    [['check', 'new_checkout', '--specs'], '--specs'],
    [['check', 'new_checkout', '--specs', sample, '--user', '[]'], 'one user'],
    [['evaluate-all', '--user', 'u'], '--specs SOURCE is missing'],
    [['evaluate-all', 'x', '--specs', sample, '--user', 'u'], 'what is x?'],
    [['diff', sample, sample, sample], 'what is'],
    [['pull', '--to', '-', '--json'], '--json needs a FILE'],
    [['pull', '--to', 'x', '--from', 'here'], '--from takes a URL'],
    [['pull', '--to', 'x', '--from', 'http://'], 'is no URL'],
    [['doctor', '--api', 'here'], 'here is no URL'],
    [['doctor', 'x'], 'what is x?'],
    [['bench', 'x', '--specs', sample], 'what is x?'],
    [['serve', 'x', '--specs', sample], 'what is x?'],
    [['pull'], '--to FILE'],
    [['codegen'], '--specs SOURCE is missing'],
    [['codegen', 'x', '--specs', sample], 'what is x?'],
    [['codegen', '--specs', sample, '--check'], '--check looks at'],
    [['codegen', '--specs', sample, '--watch'], '--watch needs'],
    [['diff', sample, sample, '--count', 'x'], '--count'],
    [['toString'], 'no command toString'],
  ] as const) {
    const { code, err } = await run(...args);
    t.is(code, 2, args.join(' '));
    t.true(err.includes(said), err);
    t.true(err.includes('usage: '), err);
  }
});

test('check: text, JSON, and an unknown name', async (t) => {
  const { code, out } = await run(
    'check',
    'new_checkout',
    'checkout_button',
    '--specs',
    sample,
    '--user',
    '{"userID":"u","email":"a@pedal.example"}',
  );
  t.is(code, 0);
  t.regex(
    out,
    /^new_checkout {5}✓ true {3}gate, rule staff_first\ncheckout_button {2}\{"label".*config, rule /,
  );
  const json = JSON.parse(
    (await run('check', 'search', '--specs', sample, '--user', 'ada', '--json')).out,
  ) as Record<string, unknown>;
  t.deepEqual(
    [json['name'], json['kind'], json['reason'], Object.keys(json['value'] as object)],
    ['search', 'layer', 'Bootstrap', ['ranking', 'maxResults', 'showPrice']],
  );
  const unknown = await run('check', 'new_chekout', '--specs', sample, '--user', 'ada');
  t.deepEqual(
    [unknown.code, unknown.err],
    [1, 'nothing is called new_chekout, did you mean new_checkout?'],
  );
});

test('check reads users from files; evaluate-all answers everything that is asked for by name', async (t) => {
  const file = join(folder, 'user.json');
  writeFileSync(file, '{"userID":"u","email":"a@pedal.example"}');
  t.regex(
    (await run('check', 'new_checkout', '--specs', sample, '--user', `@${file}`)).out,
    /✓ true/,
  );
  const all = JSON.parse(
    (await run('evaluate-all', '--specs', sample, '--user', 'ada', '--json')).out,
  ) as { name: string }[];
  t.is(all.length, 20);
  t.false(all.some(({ name }) => name.startsWith('segment:')));
  const { code, out } = await run('evaluate-all', '--specs', sample, '--user', 'ada');
  t.is(code, 0);
  t.is(out.split('\n').length, 20);
  t.regex(out, /^new_checkout +[✓✗] (true|false) +gate, rule /m);
  const absent = await run('evaluate-all', '--specs', sample, '--user', `@${file}x`);
  t.deepEqual([absent.code, absent.err], [1, `${file}x cannot be read: there is no such file`]);
});

test('diff: nothing, a changed rule with the users it moves, and what was added or removed', async (t) => {
  t.deepEqual(await run('diff', sample, sample), { code: 0, out: 'Nothing changed.', err: '' });
  const other = changed('other.json', ({ feature_gates: gates }) => {
    gates.find(({ name }) => name === 'everyone')!.rules[0]!.passPercentage = 50;
    gates.splice(
      gates.findIndex(({ name }) => name === 'club_lounge'),
      1,
    );
  });
  const { code, out } = await run('diff', sample, other);
  t.is(code, 1);
  t.regex(
    out,
    /changed feature_gate everyone, (4[5-9]\d|5[0-4]\d) of 1000 users get something else\n {2}rule all: 100 % of .* → 50 % of /,
  );
  t.regex(out, /removed feature_gate club_lounge$/m);
  const json = JSON.parse((await run('diff', other, sample, '--json', '--count', '10')).out) as {
    users: number;
    changes: { name: string; what: string }[];
  };
  t.deepEqual(
    [json.users, json.changes.find(({ name }) => name === 'club_lounge')?.what],
    [10, 'added'],
  );
});

test('diff: some users who move, parameter stores, users from a file', async (t) => {
  const users = join(folder, 'users.json');
  const stores = (value: string): string =>
    changed(`${value}.json`, (payload) =>
      Object.assign(payload, { param_stores: { shop: { parameters: { colour: { value } } } } }),
    );
  writeFileSync(users, '[{"userID":"ada"},{"customIDs":{"bike":"b"}}]');
  const args = ['diff', stores('red'), stores('blue'), '--users', users];
  const { code, out } = await run(...args);
  t.is(code, 1);
  t.deepEqual(out.split('\n'), [
    'changed parameter_store shop, 2 of 2 users get something else',
    '  colour: "red" → "blue"',
    '  ada: {"colour":"red"} → {"colour":"blue"}',
    '  {"customIDs":{"bike":"b"}}: {"colour":"red"} → {"colour":"blue"}',
  ]);
  const { changes } = JSON.parse((await run(...args, '--json')).out) as {
    changes: { examples: unknown[] }[];
  };
  t.deepEqual(changes[0]?.examples[0], {
    user: { userID: 'ada' },
    before: { colour: 'red' },
    after: { colour: 'blue' },
  });
  for (const [text, said] of [
    ['{', 'is no JSON'],
    ['{}', 'is no array of users'],
    ['["ada"]', 'is no array of users'],
  ] as const) {
    writeFileSync(users, text);
    const { code: failed, err } = await run(...args);
    t.is(failed, 1);
    t.true(err.includes(said), err);
  }
});

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
  writeFileSync(wrong, JSON.stringify({ feature_gates: [{ name: 'g', rules: [rule] }] }));
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

test('contextual autotunes are experiments, with arms in place of rules', async (t) => {
  const file = join(folder, 'autotune.json');
  const group = (id: string) => ({ id, name: id, parameterValues: { label: id } });
  const autotune = (intercept: number) => ({
    ...{ salt: 's', idType: 'userID', enabled: true, sampleRate: 0, higherIsBetter: true },
    defaultValue: { label: 'none' },
    groups: [group('a'), group('b')],
    config: {
      a: { intercept, weightsNumerical: { age: 0 } },
      b: { intercept: 2, weightsNumerical: { age: 0.5 } },
    },
  });
  const payload = (intercept: number): string =>
    JSON.stringify({
      ...{ feature_gates: {}, dynamic_configs: {}, layer_configs: {}, condition_map: {} },
      ...{ has_updates: true, time: 1, cmab_configs: { best: autotune(intercept) } },
    });
  writeFileSync(file, payload(1));
  const args = ['--specs', file, '--user', '{"userID":"u","custom":{"age":4}}'];
  t.is((await run('check', 'best', ...args)).out, 'best  {"label":"b"}  config, rule b "b"');
  const told = (await run('explain', 'best', ...args)).out.split('\n');
  t.is(told[0], 'experiment best is {"label":"b"}: arm b has the best score');
  t.regex(told[1]!, /^ {2}bucket \d+ of 10000, from userID "u" with salt s$/);
  t.deepEqual(told.slice(2, 4), ['  - arm a: score 1', '  ✓ arm b: score 4, has the best score']);
  const types = await run('codegen', '--specs', file);
  t.regex(types.out, /configs: object;\n[^]*experiments: \{\n {6}best: \{\n {8}label: string;/);
  const after = join(folder, 'learned.json');
  writeFileSync(after, payload(9));
  t.deepEqual((await run('diff', file, after, '--count', '1')).out.split('\n'), [
    'changed autotune best, 1 of 1 users get something else',
    '  arm a: what was learned of it',
    '  user-1: {"label":"b"} → {"label":"a"}',
  ]);
  t.is((await run('lint', file)).code, 0);
});

test('codegen: types, a manifest, JSON, a check, and what is wrong', async (t) => {
  const types = join(folder, 'flags.d.ts');
  const manifest = join(folder, 'flags.json');
  const printed = await run('codegen', '--specs', sample);
  t.is(printed.code, 0);
  t.regex(printed.out, /^\/\/ Generated: .*\nimport "statsig-node-native";\n/);
  t.regex(printed.out, /\n {6}new_checkout: boolean;\n[^]*\n {8}perMinute: number;\n/);
  t.false(printed.out.includes('segment:') || printed.out.includes('strict'));
  const args = ['codegen', '--specs', sample, '--to', types, '--manifest', manifest, '--strict'];
  t.is((await run(...args, '--check')).code, 1);
  const counts = '13 gates, 3 configs, 4 experiments, 1 layers, 0 parameter stores';
  t.deepEqual(await run(...args), {
    code: 0,
    out: '',
    err: `${types}: ${counts}\n${manifest}: ${counts}`,
  });
  t.regex(readFileSync(types, 'utf8'), /strict: true;/);
  t.deepEqual(await run(...args, '--check'), { code: 0, out: '', err: '' });
  t.deepEqual(await run(...args), { code: 0, out: '', err: '' });
  const { flags } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    flags: Record<string, { flagType: string; defaultValue: unknown }>;
  };
  t.deepEqual(flags['new_checkout'], { flagType: 'boolean', defaultValue: false });
  t.deepEqual(flags['tariff.unlockFee'], { flagType: 'integer', defaultValue: 1 });
  t.deepEqual(flags['tariff.perMinute'], { flagType: 'float', defaultValue: 0.19 });
  t.is(flags['support_hours']?.flagType, 'object');
  t.is(flags['support_hours.languages'], undefined);
  const data = JSON.parse((await run('codegen', '--specs', sample, '--json')).out) as {
    gates: string[];
    layers: object;
  };
  t.is(data.gates.length, 13);
  t.deepEqual(data.layers, {
    search: { maxResults: 'number', ranking: 'string', showPrice: 'boolean' },
  });
  t.regex((await run('codegen', '--specs', join(folder, 'none.json'))).err, /none\.json/);
});

test('codegen: the module that the nearest package.json names', async (t) => {
  const app = mkdtempSync(join(folder, 'app-'));
  const to = join(app, 'flags.d.ts');
  const dependencies = { 'statsig-node': 'npm:statsig-node-native@^0.1.0' };
  writeFileSync(join(app, 'package.json'), JSON.stringify({ dependencies }));
  await run('codegen', '--specs', sample, '--to', to);
  t.regex(readFileSync(to, 'utf8'), /^declare module "statsig-node" \{$/m);
  await run('codegen', '--specs', sample, '--to', to, '--module', 'flags');
  t.regex(readFileSync(to, 'utf8'), /^declare module "flags" \{$/m);
});

test('codegen --watch looks again when the file changed', async (t) => {
  const file = changed('watched.json', () => undefined);
  const seen = new Promise<void>((resolve) => {
    const end = watchSource(file, () => {
      end();
      resolve();
    });
  });
  // What is written before the first look at the file is no change, so it is written until it is seen.
  const writing = setInterval(() => writeFileSync(file, String(Math.random())), 100);
  await t.notThrowsAsync(seen.finally(() => clearInterval(writing)));
});

test('what is no payload is told', async (t) => {
  const file = join(folder, 'junk.json');
  for (const [text, said] of [
    ['{', 'is no JSON'],
    ['[]', 'no payload'],
    ['null', 'no payload'],
    ['{}', 'no payload'],
  ] as const) {
    writeFileSync(file, text);
    const { code, err } = await run('lint', file);
    t.is(code, 1);
    t.true(err.includes(said), err);
  }
  t.is((await run('lint', join(folder, 'none.json'))).code, 1);
});

test('nearest names', (t) => {
  t.is(nearest('chekout', ['checkout', 'search']), 'checkout');
  t.is(nearest('x', ['checkout', 'y']), null);
  t.is(nearest('completely_different', ['checkout']), null);
});

test('bench: every row of each SDK that is installed and reads the format', async (t) => {
  t.timeout(120_000, 'two processes, each of which loads an SDK');
  const { code, out, err } = await run(
    'bench',
    '--specs',
    sample,
    '--rounds',
    '1',
    '--row-ms',
    '1',
    '--json',
  );
  t.is(code, 0, err);
  const { gates, measured } = JSON.parse(out) as {
    gates: number;
    measured: { label: string; rounds: Record<string, number>[] }[];
  };
  t.true(gates > 5);
  t.deepEqual(
    measured.map(({ label }) => label.replace(/^(native|wasm|js) .*/, 'ours')),
    ['ours', 'statsig-node 6.5.2'],
  );
  for (const { rounds } of measured) {
    const names = ['initialize', 'first', 'known', 'fresh', 'few', 'memory'];
    t.deepEqual(Object.keys(rounds[0]!), names);
    t.true(names.every((name) => rounds[0]![name]! > 0));
  }
  const shown = await run('bench', '--specs', sample, '--rounds', '1', '--row-ms', '1');
  t.regex(shown.out, /^13 gates, Node .*medians of 1, events on\n.* statsig-node 6\.5\.2\n/);
  t.regex(shown.out, /^check of a known user, ns .*×$/m);
  t.regex(shown.err, /^round 1 of 1: statsig-node 6\.5\.2$/m);
});

test('bench: wrong use', async (t) => {
  t.is((await run('bench')).code, 2);
  t.regex((await run('bench', '--specs', sample, '--rounds', 'x')).err, /--rounds is no number/);
  const empty = join(folder, 'no-gates.json');
  writeFileSync(
    empty,
    JSON.stringify({ feature_gates: [], dynamic_configs: [], layer_configs: [] }),
  );
  const { code, err } = await run('bench', '--specs', empty);
  t.is(code, 1);
  t.regex(err, /has no gates/);
});

test('a reader that wants no more ends a command quietly', async (t) => {
  const cli = join(__dirname, '../../src/cli.ts');
  const args = ['--require=tsx/cjs', cli, 'evaluate-all', '--specs', sample, '--user', 'ada'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  await new Promise((resolve) => child.on('close', resolve));
  t.is(said, '');
});

test('long lines are folded between words', (t) => {
  const line = `  ${'word '.repeat(12)}${'x'.repeat(60)}`;
  const lines = folded(line, 40);
  t.true(lines.every((one) => one.length <= 40));
  t.deepEqual(lines.slice(0, 2), [
    `  ${'word '.repeat(7)}word`.slice(0, 36),
    `      ${'word '.repeat(5)}`.trimEnd(),
  ]);
  t.is(
    lines
      .map((one) => one.trim())
      .join('')
      .replace(/ /g, ''),
    line.replace(/ /g, ''),
  );
  t.deepEqual(folded(line, Number.POSITIVE_INFINITY), [line]);
  t.deepEqual(folded(line, 10), [line]);
});

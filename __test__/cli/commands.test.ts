/** Each command: its output, its JSON, its exit code, and what it says about wrong use. */
import test from 'ava';
import { spawn } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/main';
import { folded } from '../../src/cli/fold';
import { nearest } from '../../src/host/nearest';
import { parseProject } from '../../src/project/payload';
import { VERSION } from '../../src/engine/version';
import { run, runAt, sample } from './support';

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

test('the version, for people and for programs', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  t.deepEqual(await run('--version'), { code: 0, out: version, err: '' });
  t.deepEqual(JSON.parse((await run('--version', '--json')).out), { version });
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
    /^new_checkout {5}✓ true {3}gate, rule staff_first\ncheckout_button {2}\{"label".*experiment, rule /,
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

test('check and explain answer what they know beside a name that nothing has', async (t) => {
  const given = ['new_chekout', 'everyone', '--specs', sample, '--user', 'ada'];
  const complaint = 'nothing is called new_chekout, did you mean new_checkout?';
  for (const [command, answer] of [
    ['check', /^everyone {2}✓ true {3}gate, rule all$/],
    ['explain', /^gate everyone is true/],
  ] as const) {
    const { code, out, err } = await run(command, ...given);
    t.is(code, 1, command);
    t.is(err, complaint);
    t.regex(out, answer);
    const json = JSON.parse((await run(command, ...given, '--json')).out) as { name: string }[];
    t.deepEqual(
      json.map(({ name }) => name),
      ['everyone'],
    );
  }
});

test('answers fit a terminal', async (t) => {
  for (const width of [60, 80]) {
    const { out } = await runAt(width, ['evaluate-all', '--specs', sample, '--user', 'ada']);
    t.deepEqual(
      out.split('\n').filter((line) => line.length > width),
      [],
    );
  }
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
    /changed gate everyone, (4[5-9]\d|5[0-4]\d) of 1000 users get something else\n {2}rule all: 100 % of .* → 50 % of /,
  );
  t.regex(out, /removed gate club_lounge$/m);
  const json = JSON.parse((await run('diff', other, sample, '--json', '--count', '10')).out) as {
    users: number;
    changes: { name: string; what: string }[];
  };
  t.deepEqual(
    [json.users, json.changes.find(({ name }) => name === 'club_lounge')?.what],
    [10, 'added'],
  );
});

test('diff: payloads that differ in their time only are told to be the same at once', async (t) => {
  const later = join(folder, 'later.json');
  const payload = JSON.parse(readFileSync(sample, 'utf8')) as { time: number };
  writeFileSync(later, JSON.stringify({ ...payload, time: payload.time + 1 }));
  const start = performance.now();
  const { code, out } = await run('diff', sample, later, '--count', '300000');
  t.deepEqual([code, out], [0, 'Nothing changed.']);
  // To ask them all takes many times as long.
  t.true(performance.now() - start < 10_000);
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
    'changed parameter store shop, 2 of 2 users get something else',
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
  t.is((await run('check', 'best', ...args)).out, 'best  {"label":"b"}  autotune, rule b "b"');
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

test('what is no payload is told', async (t) => {
  const file = join(folder, 'junk.json');
  for (const [text, said] of [
    ['', 'is empty'],
    [' \n', 'is empty'],
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

test('files that cannot be read or written: each command says which, and why', async (t) => {
  const empty = join(folder, 'empty.json');
  writeFileSync(empty, '');
  const sources: [string, RegExp][] = [
    [folder, /cannot be read: it is a folder$/],
    [join(folder, 'no', 'such.json'), /cannot be read: there is no such file$/],
    [join(empty, 'x'), /cannot be read: a part of its path is no folder$/],
    [empty, /empty\.json is (empty|no JSON)/],
  ];
  const commands = (source: string): string[][] => [
    ['check', 'x', '--user', 'u', '--specs', source],
    ['explain', 'x', '--user', 'u', '--specs', source],
    ['evaluate-all', '--user', 'u', '--specs', source],
    ['bench', '--specs', source],
    ['codegen', '--specs', source],
    ['diff', source, sample],
    ['diff', sample, source],
    ['diff', sample, sample, '--users', source],
    ['lint', source],
    ['serve', '--port', '0', '--specs', source],
  ];
  for (const [source, said] of sources) {
    for (const args of commands(source)) {
      const { code, out, err } = await run(...args);
      t.deepEqual([code, out], [1, ''], args.join(' '));
      t.regex(err, said, args.join(' '));
      t.true(err.startsWith(source), err);
    }
  }
  for (const [path, why] of [
    [join(folder, 'no', 'x'), 'there is no such folder'],
    [folder, 'it is a folder'],
  ] as const) {
    for (const option of ['--to', '--manifest']) {
      const { code, err } = await run('codegen', '--specs', sample, option, path);
      t.deepEqual([code, err], [1, `${path} cannot be written: ${why}`]);
    }
  }
});

test('a flag without a name, which nobody can ask for, spoils none of the others', async (t) => {
  const more = (name: string, salt: string): string =>
    changed(name, ({ feature_gates: gates }) =>
      gates.push({ name: '', entity: 'feature_gate', salt, rules: [] } as (typeof gates)[number]),
    );
  const [one, other] = [more('nameless.json', 'a'), more('nameless-too.json', 'b')];
  const all = await run('evaluate-all', '--specs', one, '--user', 'ada');
  t.deepEqual(all, await run('evaluate-all', '--specs', sample, '--user', 'ada'));
  t.deepEqual(await run('diff', one, other), { code: 0, out: 'Nothing changed.', err: '' });
});

test('a payload that names the project of its key is taken, whatever key is set', async (t) => {
  const file = join(folder, 'named.json');
  const payload = JSON.parse(readFileSync(sample, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...payload, hashed_sdk_key_used: '12345' }));
  t.is((await run('check', 'everyone', '--specs', file, '--user', 'ada')).code, 0);
  t.is((await run('diff', file, sample)).code, 0);
  t.is((await run('lint', file)).code, 0);
});

test('a check without an answer says so', async (t) => {
  const file = join(folder, 'circle.json');
  const conditions = [{ type: 'pass_gate', targetValue: '__proto__' }];
  const rules = [{ name: 'r', id: 'r', passPercentage: 100, conditions }];
  const gate = { name: '__proto__', entity: 'feature_gate', enabled: true, salt: 's', rules };
  const rest = { dynamic_configs: [], layer_configs: [], has_updates: true, time: 1 };
  writeFileSync(file, JSON.stringify({ feature_gates: [gate], ...rest }));
  const { code, out } = await run('check', '__proto__', '--specs', file, '--user', 'ada');
  t.is(code, 0);
  t.is(out, '__proto__  ✗ false  gate, rule none, without an answer');
});

test('nearest names', (t) => {
  t.is(nearest('chekout', ['checkout', 'search']), 'checkout');
  t.is(nearest('x', ['checkout', 'y']), null);
  t.is(nearest('completely_different', ['checkout']), null);
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

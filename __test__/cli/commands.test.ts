/** Each command: its output, its JSON, its exit code, and what it says about wrong use. */
import test from 'ava';
import { spawn } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, main } from '../../src/cli/main';
import { findingsOf } from '../../src/cli/commands/lint';
import { watchSource } from '../../src/cli/watch';
import { nearest } from '../../src/host/nearest';
import { parseProject } from '../../src/project/payload';
import { VERSION } from '../../src/engine/version';

const sample = join(__dirname, '../../testdata/payloads/sample-project.json');
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
test.after.always(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []];
  const code = await main(args, {
    line: (text = '') => out!.push(text),
    error: (text) => err!.push(text),
    paint: (_, text) => text,
  });
  return { code, out: out!.join('\n'), err: err!.join('\n') };
}

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
    t.true(lines.length <= 24 && lines.every((line) => line.length <= 120), args.join(' '));
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
    [['lint', sample, '--nonsense'], '--nonsense'],
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
  changed('watched.json', ({ feature_gates: gates }) => void gates.pop());
  await t.notThrowsAsync(seen);
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

/** A service that answers with a status; its URL. */
async function service(status: number, body: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  // `pull` leaves a connection that `doctor` uses; on a busy machine it would end in between.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('pull saves what a service has, and doctor sees whether it answers', async (t) => {
  const { url, server } = await service(200, readFileSync(sample, 'utf8'));
  const file = join(folder, 'pulled.json');
  t.deepEqual(await run('pull', '--from', url, '--to', file), {
    code: 0,
    out: '',
    err: `24 specs, ${readFileSync(sample, 'utf8').length.toLocaleString('en-US')} characters`,
  });
  t.is(readFileSync(file, 'utf8'), readFileSync(sample, 'utf8'));
  const { code, out } = await run('doctor', '--api', `${url}/v1`, '--json');
  t.is(code, 0, out);
  const findings = JSON.parse(out) as { what: string; state: string }[];
  t.deepEqual(
    findings.map(({ what }) => what),
    ['Node', 'engine', 'key', 'proxy', 'service', 'clock'],
  );
  server.close();
  const dead = await run('doctor', '--api', `${url}/v1`);
  t.is(dead.code, 1);
  t.regex(dead.out, /✗ service {2}cannot be reached/);
  const { url: refusing, server: other } = await service(401, '{}');
  t.regex((await run('pull', '--from', refusing, '--to', file)).err, /answered 401/);
  other.close();
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

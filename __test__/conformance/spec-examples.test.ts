/**
 * The examples of `docs/spec/operators.csv`, asked of every engine and of statsig-node: the page
 * stays true.
 */
process.env['TZ'] = 'UTC';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import rival from 'statsig-node';
import { createLocalServer } from '../../src/local-server';
import { StatsigServer } from '../../src/api/statsig';
import { TESTED_ENGINES } from '../engines';

interface Example {
  name: string;
  user: object;
  condition: object;
  appId: unknown;
  passes: boolean;
}

/** Rows of a CSV text whose fields are all quoted. */
function rowsOf(text: string): string[][] {
  const fieldsOf = (line: string): string[] =>
    [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, field = '']) =>
      field.replaceAll('""', '"'),
    );
  return text.trimEnd().split('\n').map(fieldsOf);
}

/** An example, or a remark in parentheses about why there is none. */
function exampleOf(name: string, text: string, passes: boolean): Example[] {
  if (text.startsWith('(')) return [];
  const {
    user = { userID: 'u1' },
    condition,
    app_id: appId = null,
  } = JSON.parse(text) as Record<string, object>;
  return [
    {
      name: `${name} ${passes ? 'passes' : 'fails'}`,
      user,
      condition: condition as object,
      appId,
      passes,
    },
  ];
}

const rows = rowsOf(readFileSync(join(__dirname, '../../docs/spec/operators.csv'), 'utf8')).slice(
  1,
);
const examples = rows.flatMap(([type, operator, , , , pass = '', fail = '']) => {
  const name = `${type} ${operator}`;
  return [...exampleOf(name, pass, true), ...exampleOf(name, fail, false)];
});

const gate = (name: string, conditions: object[]): object => ({
  name,
  type: 'feature_gate',
  entity: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  rules: [
    {
      name: 'r',
      id: 'r',
      salt: 'r',
      passPercentage: 100,
      idType: 'userID',
      returnValue: true,
      conditions,
    },
  ],
});
const never = { type: 'environment_field', field: 'none', operator: 'eq', targetValue: 'set' };

/** Members of the list that the examples call L. */
const members = ['u1', '10', 'abc', 'US', 'production', 'prod'];

type Server = Pick<StatsigServer, 'initializeAsync' | 'shutdownAsync'> & {
  checkGate(user: object, name: string): boolean;
};
type Make = (key: string, options: object) => Server;

/** What is answered where the example says otherwise. */
async function wrong(make: Make, appId: unknown): Promise<string[]> {
  const asked = examples.filter((example) => example.appId === appId);
  const gates = [
    ...asked.map(({ name, condition }) => gate(name, [condition])),
    gate('on', []),
    gate('off', [never]),
  ];
  const specs = {
    has_updates: true,
    time: 1,
    feature_gates: gates,
    dynamic_configs: [],
    layer_configs: [],
    app_id: appId,
  };
  const server = await createLocalServer({ specs, idLists: { L: members } });
  const statsig = make('secret-examples', { api: server.api, disableDiagnostics: true });
  await statsig.initializeAsync();
  const found = asked
    .filter(({ name, user, passes }) => statsig.checkGate({ ...user }, name) !== passes)
    .map(({ name }) => name);
  await statsig.shutdownAsync();
  await server.close(0);
  return found;
}

const makers: [string, Make][] = [
  ['statsig-node', (key, options) => new rival.StatsigServer(key, options) as unknown as Server],
  ...TESTED_ENGINES.map((engine): [string, Make] => [
    engine,
    (key, options) => new StatsigServer(key, { engine, ...options }) as unknown as Server,
  ]),
];

for (const [name, make] of makers) {
  // One after another: statsig-node's switches are process-global.
  test.serial(`${name}: every example answers as it says`, async (t) => {
    t.true(examples.length > 400);
    for (const appId of new Set(examples.map((example) => example.appId)))
      t.deepEqual(await wrong(make, appId), [], String(appId));
  });
}

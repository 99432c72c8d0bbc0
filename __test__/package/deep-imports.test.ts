/**
 * Deep imports of the built package next to statsig-node's: every path resolves, and has the names
 * that theirs has.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  CompressFormat,
  DataAdapterKeyPath,
  getDataAdapterKey,
} from '../../src/compat/data-adapter';

const ROOT = join(__dirname, '../..');
const { exports: map } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, { default: string }>;
};
const paths = Object.keys(map).filter((path) => path.startsWith('./dist/'));

/** Internals of statsig-node that no application needs; whoever adds one here has decided that. */
const LEFT_OUT: Record<string, string[]> = {
  Evaluator: ['default'],
  StatsigOptions: ['OptionsWithDefaults', 'OptionsLoggingCopy'],
  StatsigUser: ['getUserHashWithoutStableID'],
};

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the form that applications use
const load = (path: string): Record<string, unknown> => require(path) as Record<string, unknown>;

test('the paths that applications use, with and without the extension', (t) => {
  for (const path of [
    'interfaces/IDataAdapter',
    'interfaces/IUserPersistentStorage',
    'utils/core',
    'DynamicConfig',
    'Layer',
    'Errors',
    'StatsigUser',
  ]) {
    t.true(paths.includes(`./dist/${path}`) && paths.includes(`./dist/${path}.js`), path);
  }
});

for (const path of paths) {
  test(`${path} has statsig-node's names`, (t) => {
    const [ours, theirs] = [
      load(join(ROOT, (map[path] as { default: string }).default)),
      load(`statsig-node/${path.slice(2)}`),
    ];
    const leftOut = LEFT_OUT[path.slice('./dist/'.length).replace(/\.js$/, '')] ?? [];
    for (const name of Object.keys(theirs).filter((key) => !leftOut.includes(key)))
      t.is(typeof ours[name], typeof theirs[name], name);
    for (const name of leftOut)
      t.true(name in theirs && !(name in ours), `${name} is no exception any more`);
  });
}

test('keys and gates are made as statsig-node makes them', (t) => {
  const adapter = load('statsig-node/dist/interfaces/IDataAdapter') as {
    getDataAdapterKey: typeof getDataAdapterKey;
  };
  for (const path of Object.values(DataAdapterKeyPath)) {
    for (const format of [undefined, ...Object.values(CompressFormat)]) {
      for (const list of [undefined, '', 'list'])
        t.is(
          getDataAdapterKey('h', path, format, list),
          adapter.getDataAdapterKey('h', path, format, list),
        );
    }
  }
  const [ours, theirs] = [
    load(join(ROOT, 'dist/FeatureGate.js')),
    load('statsig-node/dist/FeatureGate'),
  ] as { makeFeatureGate: (...args: unknown[]) => unknown }[];
  const parts = ['gate', 'rule', true, 'group', 'userID', null];
  t.deepEqual(ours?.makeFeatureGate(...parts), theirs?.makeFeatureGate(...parts));
});

test('printed objects carry the names of their classes, as the bundled package makes them', (t) => {
  const { EvaluationDetails } = load(join(ROOT, 'dist/EvaluationDetails.js')) as {
    EvaluationDetails: { name: string };
  };
  const names = ['LogEvent', 'DynamicConfig', 'Layer', 'StatsigServer'].map(
    (path) => (load(join(ROOT, `dist/${path}.js`))['default'] as { name: string }).name,
  );
  t.deepEqual(
    [EvaluationDetails.name, ...names],
    ['EvaluationDetails', 'LogEvent', 'DynamicConfig', 'Layer', 'StatsigServer'],
  );
});

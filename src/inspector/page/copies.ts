/** Texts to take along. */
import { address, isTokenNeeded } from './api';

interface Question {
  /** JSON */
  user: string;
  kind: string;
  name: string;
}

/** Private attributes are the asker's own: texts are passed on. */
function shareable(user: string): { text: string; isWhole: boolean } {
  const { privateAttributes, ...rest } = JSON.parse(user) as Record<string, unknown>;
  return privateAttributes === undefined
    ? { text: user, isWhole: true }
    : { text: JSON.stringify(rest), isWhole: false };
}

/** For a POSIX shell. The token is left out: texts are passed on. */
export function curlText({ user, kind, name }: Question): string {
  const { text } = shareable(user);
  const body = `{"kind":${JSON.stringify(kind)},"name":${JSON.stringify(name)},"user":${text}}`;
  const quoted = body.replace(/'/g, `'\\''`);
  const token = isTokenNeeded() ? ` -H "authorization: Bearer $INSPECTOR_TOKEN"` : '';
  const type = `-H 'content-type: application/json'`;
  return `curl -s '${address('explain')}' ${type}${token} -d '${quoted}'`;
}

const CALLS: Record<string, (user: string, name: string) => string> = {
  gate: (user, name) => `statsig.checkGate(${user}, ${name})`,
  config: (user, name) => `statsig.getConfig(${user}, ${name}).value`,
  experiment: (user, name) => `statsig.getExperiment(${user}, ${name}).value`,
};

/** A test for Node's runner: this payload, this user, this value. */
export function testText(
  { user, kind, name, value }: Question & { value: unknown },
  api: string | null,
): string {
  const source = api === null ? 'https://api.statsigcdn.com/v1' : api.replace(/\/v1$/, '');
  const { text, isWhole } = shareable(user);
  const note = isWhole ? '' : '  // Without privateAttributes: add them where they count.\n';
  const title = JSON.stringify(`${kind} ${name}`);
  const call = CALLS[kind];
  const check =
    call === undefined
      ? readingCheck(kind === 'layer' ? 'getLayer' : 'getParameterStore', name, value)
      : `  assert.deepEqual(${call('user', JSON.stringify(name))}, ${JSON.stringify(value)});`;
  return `// Save the payload beside it:
//   npx statsig-node-native pull --from ${source} --to project.json
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { StatsigServer } from 'statsig-node-native';

test(${title}, async () => {
  const bootstrapValues = readFileSync(new URL('project.json', import.meta.url), 'utf8');
  const statsig = new StatsigServer('secret-test', { localMode: true, bootstrapValues });
  await statsig.initializeAsync();
${note}  const user = ${text};
${check}
  await statsig.shutdownAsync();
});
`;
}

/** Of what is read by `get`. */
function readingCheck(method: string, name: string, value: unknown): string {
  const entries = Object.entries((value ?? {}) as object);
  const lines = entries.map(
    ([key, expected]) =>
      `  assert.deepEqual(found.get(${JSON.stringify(key)}, null), ${JSON.stringify(expected)});`,
  );
  return [`  const found = statsig.${method}(user, ${JSON.stringify(name)});`, ...lines].join('\n');
}

/** Types of flags: what all values of a payload allow. */
import test from 'ava';
import { manifestOf } from '../../src/project/flag-manifest';
import { flagsOf, typesText } from '../../src/project/flag-types';
import { parseProject } from '../../src/project/payload';
import { Shape } from '../../src/project/shape';

test('a union of what differs, optional where some objects lack it', (t) => {
  const types: [values: unknown[], text: string][] = [
    [[1, 2], 'number'],
    [['a', 1, null, true], 'string | number | boolean | null'],
    [[[], ['a'], [1]], '(string | number)[]'],
    [[[]], 'unknown[]'],
    [[{}], 'Record<string, unknown>'],
    [[undefined], 'unknown'],
    [
      [{ a: 1, 'b c': { d: [] } }, { a: 'x' }],
      '{\n  a: string | number;\n  "b c"?: {\n    d: unknown[];\n  };\n}',
    ],
    [
      [Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, i]))],
      'Record<string, unknown>',
    ],
  ];
  for (const [values, text] of types) t.is(Shape.of(values).text(), text);
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = { deep };
  t.regex(Shape.of([deep]).text(), /deep: unknown/);
});

test('hostile names stay texts, and payloads of odd kinds are read', (t) => {
  const name = '"; } } evil();\n//*/';
  const gates = [{ name }, null, 5, { name: '__proto__', rules: 'none' }];
  const stores = { s: null, t: { parameters: 5 }, u: { parameters: { p: null, q: { value: 1 } } } };
  const payload = {
    feature_gates: gates,
    dynamic_configs: { c: { defaultValue: 'x' } },
    param_stores: stores,
  };
  const project = parseProject(JSON.stringify(payload), 'x');
  const options = { module: 'm', isStrict: false, command: `a\nb` };
  const text = typesText(flagsOf(project), options);
  t.true(text.includes(`      ${JSON.stringify(name)}: boolean;\n`));
  t.true(text.startsWith('// Generated: a b\n'));
  t.true(text.includes('      __proto__: boolean;\n'));
  t.true(text.includes('      c: Record<string, unknown>;\n'));
  t.regex(text, /u: \{\n {8}p: unknown;\n {8}q: number;\n/);
  t.deepEqual(Object.keys((manifestOf(project) as { flags: object }).flags).includes(name), true);
});

/** Rules are compiled when first asked for; what must be known before that is known. */

import test from 'ava';
import { SpecKind } from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { Ours, bytes } from './oracle';
import { T, condition, config, payload, rule, spec } from './payloads';

const field = (operator: string, target: unknown) =>
  condition('user_field', operator, target, { field: 'f' });

test('what cannot be compiled is named when prepared, as if all had been compiled', async (t) => {
  const bad = {
    rules: 5,
    rule: ['r'],
    conditions: [rule('r', 'c')],
    condition: [rule('r', [null])],
    type: [rule('r', [condition(7 as never, 'any', [])])],
    operator: [rule('r', [field({} as never, ['a'])])],
    field: [rule('r', [condition('user_field', 'any', ['a'], { field: ['f'] })])],
  };
  const ours = new Ours();
  const gates = Object.entries(bad).map(([name, rules]) => spec(name, rules as never));
  const { handle, summary } = await ours.engine.prepareSpecs(bytes(payload(gates)));
  t.deepEqual(
    summary.warnings.map((warning) => /"(.*?)"/.exec(warning)?.[1]),
    Object.keys(bad),
  );
  ours.engine.commitSpecs(handle);
  ours.engine.setDetails('Network', T, T);
  ours.setUser(1, { userID: 'u' });
  for (const name of Object.keys(bad))
    t.like(ours.record(SpecKind.Gate, name, {}), { value: false, reason: 'Unsupported' }, name);
});

test('needs are known before anything is evaluated, but for operators that nobody knows', async (t) => {
  const needs = async (...conditions: unknown[]) => {
    const { summary } = await createJsEngine('v').prepareSpecs(
      bytes(payload([spec('g', [rule('r', conditions)])])),
    );
    const { usesIpTable, usesUserAgent, usesTimeZone, usesIdLists } = summary;
    return [usesIpTable, usesUserAgent, usesTimeZone, usesIdLists];
  };
  const country = (operator: string) =>
    condition('ip_based', operator, ['US'], { field: 'country' });
  t.deepEqual(await needs(country('any')), [true, false, false, false]);
  t.deepEqual(await needs(country('nonsense')), [false, false, false, false]);
  t.deepEqual(await needs(condition('UA_based', 'eq', 'iOS', { field: 'os_name' })), [
    false,
    true,
    false,
    false,
  ]);
  t.deepEqual(await needs(field('ON', T), field('in_segment_list', 'list')), [
    false,
    false,
    true,
    true,
  ]);
  t.deepEqual(await needs(condition('odd_type', 'on', T)), [false, false, false, false]);
});

test('a payload that takes many turns answers as one prepared at once', async (t) => {
  const inner = config(
    'inner',
    [rule('in', [field('any', ['x'])], { returnValue: { from: 'inner' } })],
    { explicitParameters: ['from'] },
  );
  const outer = config('outer', [rule('out', [], { configDelegate: 'inner' })]);
  const gates = Array.from({ length: 2000 }, (_, i) =>
    spec(`g${i}`, [rule(`r${i}`, [field('any', [`v${i % 7}`, 'x'.repeat(200)])])]),
  );
  const body = bytes(payload(gates, [outer, inner]));
  t.true(body.length > 512 * 1024);
  let turns = 0;
  let isDone = false;
  const count = (): void => void (isDone || (turns++, setImmediate(count)));
  setImmediate(count);
  const [slow, quick] = [new Ours(), new Ours()];
  const prepared = await slow.engine.prepareSpecs(body);
  isDone = true;
  t.true(turns >= 5, `${turns} turns`);
  slow.engine.commitSpecs(slow.engine.prepareSpecsNow(body).handle);
  // Now that specs serve, JSON is parsed in pieces as well.
  const again = await slow.engine.prepareSpecs(body);
  t.deepEqual(again.summary, prepared.summary);
  slow.engine.discardSpecs(prepared.handle);
  const now = createJsEngine('v').prepareSpecsNow(body);
  t.deepEqual(prepared.summary, now.summary);
  const sameHandle = quick.engine.prepareSpecsNow(body);
  for (const [ours, { handle }] of [
    [slow, again],
    [quick, sameHandle],
  ] as const) {
    ours.engine.commitSpecs(handle);
    ours.engine.setDetails('Network', T, T);
    ours.setUser(1, { userID: 'u', custom: { f: 'v3' } });
  }
  // Backwards, so that conditions are numbered otherwise than in the payload.
  for (let i = 1999; i >= 0; i--) {
    const record = slow.record(SpecKind.Gate, `g${i}`, {});
    t.like(record, { value: i % 7 === 3 });
    if (i % 100 === 0) t.deepEqual(record, quick.record(SpecKind.Gate, `g${i}`, {}));
  }
  slow.setUser(1, { userID: 'u', custom: { f: 'x' } });
  t.like(slow.record(SpecKind.Config, 'outer', {}), {
    ruleID: 'in',
    configDelegate: 'inner',
    explicitParameters: ['from'],
    json: { from: 'inner' },
  });
});

test('names that no spec has take no index of a spec, whatever is asked first', (t) => {
  const { engine } = new Ours();
  engine.commitSpecs(engine.prepareSpecsNow(bytes(payload([spec('a', []), spec('b', [])]))).handle);
  const indexes = ['x', 'b', 'y', 'a', 'b', 'x'].map((name) =>
    engine.specIndex(SpecKind.Gate, name),
  );
  t.deepEqual(indexes, [2, 0, 3, 1, 0, 2]);
  t.truthy(engine.specInfo(1));
  t.is(engine.specInfo(3), null);
});

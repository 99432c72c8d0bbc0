/**
 * The js engine's contract beside evaluation: life of integers, bounds, malformed payloads,
 * failures.
 */

import test from 'ava';
import {
  EvalBits,
  EvalCode,
  EvalMode,
  type OutcomeRecord,
  SpecKind,
} from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { MAX_UNKNOWN_NAMES, USER_CAPACITY } from '../../src/engine/engine';
import { NO_RECORDED_PROJECT, unless } from '../needs';
import { Ours, bytes, ipTable, realProject } from './oracle';
import { condition, config, payload, rule, spec, T } from './payloads';

const always = [condition('public', null, null)];
const on = (name: string) => spec(name, [rule('r', always)]);
const behind = (name: string, gate: string) =>
  spec(name, [rule('r', [condition('pass_gate', null, gate)])]);

test('circular gates fail, alone, and so do chains deeper than 300', async (t) => {
  const chain = Array.from({ length: 400 }, (_, i) => behind(`g${i}`, `g${i + 1}`));
  const ours = await Ours.create(
    payload([behind('a', 'b'), behind('b', 'a'), on('fine'), ...chain, on('g400')]),
  );
  ours.setUser(0, { userID: 'u' });
  const ask = (name: string) => ours.evaluate(0, ours.engine.specIndex(SpecKind.Gate, name));
  t.is(ask('a'), EvalCode.Failed);
  t.regex(ours.engine.lastError(), /themselves/);
  t.true(ask('fine') >= 0);
  t.is(ask('g99'), EvalCode.Failed);
  t.true(ask('g100') >= 0, '300 levels below it');
  t.is(ask('g99'), EvalCode.Failed, 'even when what lies below is remembered');
  t.is(ask('g0'), EvalCode.Failed);
});

test('a malformed spec costs only itself and is named', async (t) => {
  const bad = [
    spec('no-rules', null as never),
    spec('null-rule', [null]),
    spec('odd-conditions', [rule('r', 5)]),
    spec('no-type', [rule('r', [{ targetValue: 1 }])]),
    spec('odd-field', [rule('r', [condition('user_field', 'any', ['a'], { field: 5 })])]),
    spec('odd-operator', [rule('r', [condition('user_field', 7, ['a'], { field: 'f' })])]),
    null,
    5,
    {},
  ];
  const ours = new Ours();
  const { handle, summary } = await ours.engine.prepareSpecs(
    bytes(payload([on('fine'), ...bad, behind('uses', 'no-type')])),
  );
  t.is(summary.warnings.length, 9);
  t.true(summary.warnings.some((warning) => warning.includes('"no-type"')));
  ours.engine.commitSpecs(handle);
  ours.engine.setDetails('Network', T, T);
  ours.setUser(1, { userID: 'u' });
  t.like(ours.record(SpecKind.Gate, 'fine', {}), { value: true });
  for (const name of [
    'no-rules',
    'null-rule',
    'odd-conditions',
    'no-type',
    'odd-field',
    'odd-operator',
    'uses',
  ]) {
    t.like(
      ours.record(SpecKind.Gate, name, {}),
      { value: false, ruleID: '', reason: 'Unsupported' },
      name,
    );
  }
  t.true(ours.response({}).includes('"feature_gates"'));
});

test('what is no payload is rejected and changes nothing', async (t) => {
  const ours = await Ours.create(payload([on('fine')]));
  for (const body of [
    '',
    'nonsense',
    '[]',
    '5',
    'null',
    '{"has_updates":true}',
    '{"has_updates":true,"feature_gates":[],"dynamic_configs":[]}',
    '{"has_updates":true,"feature_gates":{},"dynamic_configs":{},"layer_configs":{}}',
  ]) {
    await t.throwsAsync(ours.engine.prepareSpecs(bytes(body)), { instanceOf: Error }, body);
  }
  ours.setUser(1, { userID: 'u' });
  t.like(ours.record(SpecKind.Gate, 'fine', {}), { value: true });
});

test('the summary tells what the facade needs', async (t) => {
  const gate = (type: string, operator: string, field: string) =>
    spec(type + operator, [rule('r', [condition(type, operator, 'x', { field })])]);
  const summaryOf = async (body: unknown) =>
    (await createJsEngine('v').prepareSpecs(bytes(body))).summary;
  const full = await summaryOf(
    payload(
      [
        gate('ip_based', 'eq', 'country'),
        gate('ua_based', 'eq', 'os_name'),
        gate('user_field', 'ON', 'f'),
        gate('unit_id', 'not_in_segment_list', 'f'),
      ],
      [],
      [],
      { default_environment: 'staging', sdk_flags: { f: true }, hashed_sdk_key_used: '9' },
    ),
  );
  t.like(full, {
    hasUpdates: true,
    time: T,
    format: 1,
    gates: 4,
    usesTimeZone: true,
    usesIpTable: true,
    usesUserAgent: true,
    usesIdLists: true,
    defaultEnvironment: 'staging',
    checksum: null,
    hashedSdkKeyUsed: '9',
    sdkFlags: { f: true },
  });
  t.like(await summaryOf(payload([gate('ip_based', 'eq', 'region')])), {
    usesTimeZone: false,
    usesIpTable: false,
    usesUserAgent: false,
    usesIdLists: false,
  });
  t.is((await summaryOf({ ...payload([]), time: null })).time, null);
  t.is((await summaryOf({ ...payload([]), time: undefined })).time, undefined);
  for (const time of ['x', '5', 1e-7, '1e999', true, [7], {}])
    t.is((await summaryOf({ ...payload([]), time })).time, Number(time));
});

const realV2 = realProject(2);
unless(realV2 === null ? NO_RECORDED_PROJECT : null)(
  'the real dcs-v2 project loads without warnings and answers',
  async (t) => {
    const ours = new Ours();
    const { handle, summary } = await ours.engine.prepareSpecs(bytes(realV2));
    t.deepEqual(summary.warnings, []);
    t.is(summary.format, 2);
    ours.engine.commitSpecs(handle);
    ours.engine.setDetails('Network', T, T);
    ours.setUser(1, { userID: 'u', email: 'a@statsig.com' });
    let passes = 0;
    for (const name of ours.engine.specNames(SpecKind.Gate, '')) {
      const record = ours.record(SpecKind.Gate, name, {}) as OutcomeRecord;
      t.not(record.reason, 'Unsupported', name);
      if (record.value) passes++;
    }
    t.true(passes > 5);
  },
);

test('names, lists and facts', async (t) => {
  const ours = await Ours.create(
    payload(
      [on('b'), on('50'), on('a')],
      [
        config('e', [], { entity: 'experiment', isActive: true, idType: 'stableID' }),
        config('d', []),
      ],
      [config('l', [])],
      { layers: { l: ['e'] } },
    ),
  );
  const { engine } = ours;
  t.deepEqual(engine.specNames(SpecKind.Gate, ''), ['50', 'b', 'a']);
  t.deepEqual(engine.specNames(SpecKind.Config, 'experiment'), ['e']);
  t.deepEqual(engine.specInfo(engine.specIndex(SpecKind.Config, 'e')), {
    entity: 'experiment',
    idType: 'stableID',
    isActive: true,
  });
  t.is(engine.specInfo(engine.specIndex(SpecKind.Config, 'constructor')), null);
  t.is(engine.experimentLayer('e'), 'l');
  t.is(engine.experimentLayer('toString'), null);
  ours.setUser(1, { userID: 'u' });
  for (const name of ['constructor', '__proto__', 'toString'])
    t.like(ours.record(SpecKind.Gate, name, {}), { reason: 'Unrecognized', name });
});

test('unknown names are bounded; reset makes room and ends the epoch', async (t) => {
  const ours = await Ours.create(payload([on('fine')]));
  const { engine } = ours;
  for (let i = 0; i < MAX_UNKNOWN_NAMES; i++)
    t.true(engine.specIndex(SpecKind.Gate, `unknown${i}`) >= 0);
  t.is(engine.specIndex(SpecKind.Gate, 'one more'), EvalCode.TableFull);
  t.true(engine.specIndex(SpecKind.Gate, 'unknown7') >= 0);
  const { epoch } = engine.stats();
  engine.reset();
  t.is(engine.stats().epoch, epoch + 1);
  t.is(engine.stats().unknownNames, 0);
  t.true(engine.specIndex(SpecKind.Gate, 'one more') >= 0);
  ours.setUser(1, { userID: 'u' });
  t.like(ours.record(SpecKind.Gate, 'fine', {}), { value: true });
});

test('outcomes are unique by content, bounded, and interned for the caller', async (t) => {
  const ours = await Ours.create(payload([on('fine')]));
  const { engine } = ours;
  ours.setUser(1, { userID: 'u' });
  const code = ours.evaluate(1, engine.specIndex(SpecKind.Gate, 'fine')) >> EvalBits.OutcomeShift;
  const record = engine.outcome(code);
  t.is(engine.internOutcome(structuredClone(record)), code);
  const sticky: OutcomeRecord = { ...record, reason: 'Persisted', persistedTime: 5 };
  const id = engine.internOutcome(sticky);
  t.not(id, code);
  t.deepEqual(engine.outcome(id), sticky);
  for (let i = engine.stats().outcomes; i < 200_000; i++)
    engine.internOutcome({ ...sticky, persistedTime: i + 10 });
  t.is(engine.internOutcome({ ...sticky, persistedTime: 1 }), EvalCode.TableFull);
  t.is(engine.internOutcome(sticky), id);
  engine.reset();
  t.is(engine.internOutcome(sticky), 0);
});

test('time makes an answer volatile, and only where it was looked at', async (t) => {
  const timed = (name: string, op: string) =>
    spec(name, [rule('r', [condition('current_time', op, T)])]);
  const ours = await Ours.create(
    payload([timed('late', 'after'), behind('nested', 'late'), on('fine')]),
  );
  ours.setUser(1, { userID: 'u' });
  const at = (name: string, now: number) =>
    ours.engine.evaluate(1, ours.engine.specIndex(SpecKind.Gate, name), 0, now);
  for (const name of ['late', 'nested']) {
    t.is(at(name, T - 1) & 3, EvalBits.Volatile);
    t.is(at(name, T + 1) & 3, EvalBits.Volatile | EvalBits.Value);
    t.is(at(name, T - 1) & 3, EvalBits.Volatile);
  }
  t.is(at('fine', T) & 3, EvalBits.Value);
});

test('the user agent is asked for once per user, only when needed', async (t) => {
  const gate = spec('ua', [
    rule('r', [condition('ua_based', 'any', ['iOS'], { field: 'os_name' })]),
  ]);
  const ours = await Ours.create(payload([gate, on('fine'), behind('nested', 'ua')]));
  const { engine } = ours;
  const index = engine.specIndex(SpecKind.Gate, 'nested');
  ours.setUser(4, { userID: 'u', userAgent: 'x' });
  t.true(engine.evaluate(4, engine.specIndex(SpecKind.Gate, 'fine'), 0, T) >= 0);
  t.is(engine.evaluate(4, index, EvalMode.Expose, T), EvalCode.NeedsUserAgent);
  t.is(engine.clientInitialize(4, { random: 0, nowMs: 0 }), EvalCode.NeedsUserAgent);
  t.is(engine.pendingEvents(), 0);
  engine.setUserAgent(4, {
    osName: 'iOS',
    osVersion: null,
    browserName: null,
    browserVersion: null,
  });
  t.is(engine.evaluate(4, index, 0, T) & 1, 1);
  t.true(engine.clientInitialize(4, { random: 0, nowMs: 0 }) instanceof Uint8Array);
  for (const user of [
    { userID: 'u' },
    { userID: 'u', userAgent: 'x'.repeat(1001) },
    { userID: 'u', userAgent: 5 },
    { userID: 'u', os_name: 'iOS', userAgent: 'x' },
  ]) {
    ours.setUser(4, user);
    t.true(engine.evaluate(4, index, 0, T) >= 0);
  }
});

test('ID lists, overrides and the country table change answers at once', async (t) => {
  const ours = await Ours.create(
    payload([
      spec('listed', [rule('r', [condition('unit_id', 'in_segment_list', 'L')])]),
      spec('country', [rule('r', [condition('ip_based', 'any', ['US'], { field: 'country' })])]),
      behind('nested', 'listed'),
    ]),
  );
  const { engine } = ours;
  ours.setUser(1, { userID: 'u1', ip: '8.8.8.8' });
  const value = (name: string) => (ours.record(SpecKind.Gate, name, {}) as OutcomeRecord).value;
  t.deepEqual([value('listed'), value('nested'), value('country')], [false, false, false]);
  t.true(await engine.updateIdList('L', false, bytes('+u4IDDbwr\n')));
  engine.setIpTable(ipTable());
  t.deepEqual([value('listed'), value('nested'), value('country')], [true, true, true]);
  t.false(await engine.updateIdList('L', true, bytes('<html>')));
  t.false(await engine.updateIdList('L', true, new Uint8Array()));
  t.true(value('nested'));
  t.is(new TextDecoder().decode(engine.exportIdList('L') as Uint8Array), '+u4IDDbwr\n');
  t.true(await engine.updateIdList('L', true, bytes('+other\n')));
  t.false(value('nested'));
  engine.setOverrides({ gates: { listed: { u1: true } }, configs: {}, layers: {} });
  t.true(value('nested'));
  engine.setOverrides({ gates: {}, configs: {}, layers: {} });
  t.false(value('nested'));
  engine.removeIdList('L');
  t.is(engine.exportIdList('L'), null);
});

test('targeting-only evaluation', async (t) => {
  const ours = await Ours.create(
    payload(
      [],
      [
        config('none', [rule('other', always)]),
        config('fails', [
          rule('other', always),
          rule('targetingGate', [condition('user_field', 'any', ['x'], { field: 'email' })]),
        ]),
        config('hits', [rule('inlineTargetingRules', always), rule('other', always)]),
      ],
    ),
  );
  ours.engine.setOverrides({ gates: {}, configs: { hits: { '': { o: 1 } } }, layers: {} });
  ours.setUser(1, { userID: 'u' });
  const value = (name: string) =>
    ours.evaluate(
      1,
      ours.engine.specIndex(SpecKind.Config, name),
      EvalMode.TargetingOnly | EvalMode.Expose,
    ) & 1;
  t.deepEqual(['none', 'fails', 'hits'].map(value), [0, 0, 1]);
  t.is(ours.engine.pendingEvents(), 0);
});

test('misuse answers instead of throwing', async (t) => {
  const ours = await Ours.create(
    payload([
      spec('odd', [rule('r', [condition('user_field', 'gt', 1, { field: 'f' })])]),
      on('fine'),
    ]),
  );
  const { engine } = ours;
  t.is(engine.evaluate(5, 0, 0, T), EvalCode.Failed);
  t.is(engine.evaluate(-1, 0, 0, T), EvalCode.Failed);
  ours.setUser(5, { userID: 'u', custom: { f: { toString: 1, valueOf: 1 } } });
  t.is(engine.evaluate(5, 999, 0, T), EvalCode.Failed);
  t.is(
    engine.evaluate(5, engine.specIndex(SpecKind.Gate, 'odd'), 0, T),
    EvalCode.Failed,
    'a value without a number',
  );
  t.not(engine.lastError(), '');
  t.is(engine.clientInitialize(5, { random: 0, nowMs: 0 }), EvalCode.Failed);
  t.is(engine.outcome(12345).reason, 'Unrecognized');
  engine.setUser(USER_CAPACITY, '{}', '', '');
  engine.setUser(5, 'nonsense', '', '');
  t.true(engine.evaluate(5, engine.specIndex(SpecKind.Gate, 'fine'), 0, T) >= 0);
  engine.commitSpecs(77);
  engine.discardSpecs(77);
  engine.dispose();
  t.is(engine.evaluate(5, 0, 0, T), EvalCode.Failed);
  t.is(engine.pendingEvents(), 0);
  t.is((await engine.takeBatch('a', 'b', 5)).count, 0);
});

test('a payload swap keeps users, overrides and lists, and ends the epoch', async (t) => {
  const ours = await Ours.create(payload([on('g')]));
  ours.setUser(1, { userID: 'u1' });
  await ours.engine.updateIdList('L', true, bytes('+u4IDDbwr\n'));
  ours.engine.setOverrides({ gates: { over: { '': true } }, configs: {}, layers: {} });
  await ours.load(
    payload([
      spec('g', [], { enabled: false }),
      spec('listed', [rule('r', [condition('unit_id', 'in_segment_list', 'L')])]),
    ]),
  );
  t.like(ours.record(SpecKind.Gate, 'g', {}), { value: false, ruleID: 'disabled' });
  t.like(ours.record(SpecKind.Gate, 'listed', {}), { value: true });
  t.like(ours.record(SpecKind.Gate, 'over', {}), { value: true, reason: 'LocalOverride' });
});

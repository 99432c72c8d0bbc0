/** Parts of the js engine that are functions of their arguments. */
import test from 'ava';
import { SpecKind, type OutcomeRecord } from '../../src/engine/engine';
import { redacted } from '../../src/engine/js/redact';
import { escapedRanges, UnitSet, type Range } from '../../src/engine/js/regexp/unit-set';
import { Sampler, type SamplingSettings } from '../../src/engine/js/sampling';
import {
  hasTargeting,
  privacySettings,
  sessionReplayFields,
} from '../../src/engine/js/session-replay';
import { User } from '../../src/engine/js/user';

test('ranges of a set are sorted and joined, and those of its opposite are the gaps', (t) => {
  const ranges = (given: Range[], isInverted = false) => new UnitSet(given, isInverted).ranges;
  const given: Range[] = [
    [50, 60],
    [10, 20],
    [21, 30],
    [15, 18],
    [32, 32],
  ];
  const joined: Range[] = [
    [10, 30],
    [32, 32],
    [50, 60],
  ];
  t.deepEqual(ranges(given), joined);
  const gaps: Range[] = [
    [0, 9],
    [31, 31],
    [33, 49],
    [61, 0xffff],
  ];
  t.deepEqual(ranges(given, true), gaps);
  t.deepEqual(ranges(gaps, true), joined);
  t.deepEqual(ranges([], true), [[0, 0xffff]]);
  t.deepEqual(ranges([[0, 0xffff]], true), []);
});

test('a set has its units and no neighbours, whose number decides what a look costs', (t) => {
  for (const count of [0, 1, 2, 3, 4, 7, 8]) {
    const wide = Array.from({ length: count }, (_, i): Range => [200 + 10 * i, 203 + 10 * i]);
    const set = new UnitSet([[120, 130], ...wide]);
    t.is(set.depth, Math.floor(Math.log2(count + 1)) + 1, `${count}`);
    for (const [from, to] of [[120, 130] as const, ...wide]) {
      t.deepEqual(
        [from - 1, from, to, to + 1].map((unit) => set.has(unit)),
        [false, true, true, false],
      );
    }
    t.deepEqual(
      [0, 0xffff].map((unit) => set.has(unit)),
      [false, false],
    );
  }
  t.is(new UnitSet([[0, 127]]).depth, 1);
  t.is(new UnitSet([]).depth, 1);
});

test('two sets are disjoint when they share no unit', (t) => {
  const set = new UnitSet([
    [10, 20],
    [40, 50],
  ]);
  for (const [other, isDisjoint] of [
    [[[21, 39]], true],
    [[[20, 20]], false],
    [
      [
        [0, 9],
        [21, 39],
        [51, 99],
      ],
      true,
    ],
    [
      [
        [0, 9],
        [40, 40],
      ],
      false,
    ],
    [[[50, 60]], false],
    [[[0, 99]], false],
    [[], true],
  ] as [Range[], boolean][]) {
    t.is(set.isDisjointFrom(new UnitSet(other)), isDisjoint);
    t.is(new UnitSet(other).isDisjointFrom(set), isDisjoint);
  }
});

test('the classes of letters are those of the language', (t) => {
  for (const letter of 'dDsSwW') {
    const set = new UnitSet(escapedRanges(letter) ?? []);
    const pattern = new RegExp(`\\${letter}`);
    for (let unit = 0; unit <= 0xffff; unit++)
      if (set.has(unit) !== pattern.test(String.fromCharCode(unit))) t.fail(`${letter} ${unit}`);
  }
  t.is(escapedRanges('x'), undefined);
});

test('members go by their paths, in arrays and under keys with dots', (t) => {
  const user = { a: { b: 1, c: [{ b: 2, d: 3 }] }, 'a.b': 4, e: null, f: 'x' };
  const without = (...paths: string[]): unknown =>
    JSON.parse(redacted(JSON.stringify(user), paths));
  t.deepEqual(without(), user);
  t.deepEqual(without('a'), { 'a.b': 4, e: null, f: 'x' });
  t.deepEqual(without('a.b'), { a: { c: user.a.c }, e: null, f: 'x' });
  t.deepEqual(without('a.c.b', 'f', 'e.x', 'unknown'), {
    a: { b: 1, c: [{ d: 3 }] },
    'a.b': 4,
    e: null,
  });
  t.is(redacted('no JSON', ['a']), 'null');
  t.is(redacted('no JSON', []), 'no JSON');
  t.is(redacted('5', ['a']), '5');
});

const replay = (info: unknown, random = 0.5, passes = false): unknown =>
  JSON.parse(`{${sessionReplayFields(info, random, (name) => `#${name}`, passes)}}`);

test('a session is recorded unless it is blocked, not drawn or not targeted', (t) => {
  t.deepEqual(replay(undefined), { can_record_session: true });
  for (const [blocked, can] of [
    [true, false],
    [false, true],
    [null, true],
    [0, false],
  ])
    t.deepEqual(replay({ recording_blocked: blocked }), {
      recording_blocked: blocked,
      can_record_session: can,
    });
  for (const [rate, can] of [
    [0.5, true],
    [0.49, false],
    [0, false],
    [1, true],
  ] as const)
    t.deepEqual(replay({ sampling_rate: rate }), {
      can_record_session: can,
      session_recording_rate: rate,
    });
  for (const passes of [true, false])
    t.deepEqual(replay({ targeting_gate: 'g' }, 0.5, passes), {
      can_record_session: passes,
      passes_session_recording_targeting: passes,
    });
  t.deepEqual(replay({ targeting_gate: 'g', sampling_rate: 0 }, 0.5, true), {
    can_record_session: false,
    session_recording_rate: 0,
    passes_session_recording_targeting: true,
  });
  t.deepEqual([{ targeting_gate: '' }, { targeting_gate: null }, {}, null].map(hasTargeting), [
    true,
    false,
    false,
    false,
  ]);
  t.deepEqual(privacySettings({ session_recording_privacy_settings: { mode: 'input' } }), [
    '"session_recording_privacy_settings":{"mode":"input"}',
  ]);
  t.deepEqual([null, {}, { session_recording_privacy_settings: null }].map(privacySettings), [
    [],
    [],
    [],
  ]);
});

test('what triggers a recording has its values and whether it was drawn; gates are hashed', (t) => {
  const triggers = {
    both: { values: ['a'], sampling_rate: 0.5 },
    rare: { sampling_rate: 0.4 },
    plain: {},
    none: { values: null, sampling_rate: null },
  };
  const told = {
    both: { values: ['a'], passes_sampling: true },
    rare: { passes_sampling: false },
    plain: {},
    none: {},
  };
  t.deepEqual(
    replay({
      session_recording_event_triggers: triggers,
      session_recording_exposure_triggers: triggers,
    }),
    {
      can_record_session: true,
      session_recording_event_triggers: told,
      session_recording_exposure_triggers: Object.fromEntries(
        Object.entries(told).map(([name, value]) => [`#${name}`, value]),
      ),
    },
  );
  t.deepEqual(replay({ session_recording_event_triggers: null }), { can_record_session: true });
});

const record = (rate: unknown, more: object = {}, ruleID = 'r'): OutcomeRecord =>
  ({
    kind: SpecKind.Config,
    name: 'c',
    ruleID,
    value: true,
    sampling: { forwardAll: false, rate, seenAnalytical: false, ...more },
  }) as OutcomeRecord;

test('exposures are sampled where the payload says so, from the second of a rule on', (t) => {
  const user = new User('{"userID":"u"}', '', '');
  const on: SamplingSettings = { mode: 'on', specialRate: 7, isProduction: true };
  const ask = (sampler: Sampler, settings: SamplingSettings, one: OutcomeRecord) => {
    const { isLogged, metadata } = sampler.decide(settings, one, user, null);
    return [isLogged, JSON.parse(metadata)] as [boolean, Record<string, unknown>];
  };
  const forced = [true, { samplingMode: 'on' }];
  const sampler = new Sampler();
  t.deepEqual(ask(sampler, on, record(1)), forced as never, 'the first');
  const logged = { samplingRate: 1, shadowLogged: 'logged', samplingMode: 'on' };
  t.deepEqual(ask(sampler, on, record(1)), [true, logged]);
  const rare = 1_000_003;
  const dropped = { samplingRate: rare, shadowLogged: 'dropped', samplingMode: 'on' };
  t.deepEqual(ask(sampler, on, record(rare)), [false, dropped]);
  t.deepEqual(ask(sampler, { ...on, mode: 'shadow' }, record(rare)), [
    true,
    { ...dropped, samplingMode: 'shadow' },
  ]);
  t.deepEqual(ask(sampler, { ...on, mode: null }, record(rare)), [true, {}]);
  for (const settings of [
    { ...on, mode: 'none' },
    { ...on, isProduction: false },
    { ...on, mode: 'other' },
  ])
    t.deepEqual(ask(sampler, settings, record(rare)), [true, { samplingMode: settings.mode }]);
  t.deepEqual(ask(sampler, { ...on, mode: '' }, record(rare)), [true, {}]);
  for (const more of [{ forwardAll: true }, { seenAnalytical: true }])
    t.deepEqual(ask(sampler, on, record(rare, more)), forced as never);
  t.deepEqual(ask(sampler, on, record(null)), forced as never);
  for (const odd of [0, 0.5, 'x']) t.deepEqual(ask(sampler, on, record(odd)), [true, {}]);
  for (const special of ['', 'default', 'disabled']) {
    ask(sampler, on, record(null, {}, special));
    t.is(ask(sampler, on, record(null, {}, special))[1]['samplingRate'], 7);
    const without = { ...on, specialRate: null };
    t.deepEqual(ask(sampler, without, record(null, {}, special)), forced as never);
  }
  sampler.clear();
  t.deepEqual(ask(sampler, on, record(rare)), forced as never, 'the first of a window');
});

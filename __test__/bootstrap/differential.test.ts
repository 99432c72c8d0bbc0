process.env['TZ'] = 'UTC';
/** A slice of the campaign that fits CI; `campaign.ts` runs all of it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Case, JsonObject, Questions } from '../../differential/case';
import { allQuestions } from '../../differential/case';
import { askEngine, createEngine } from '../../differential/engines';
import { generateUser, targetsOf } from '../../differential/generate-user';
import { askOracle } from '../../differential/oracle';
import { Random } from '../../differential/random';
import { expectedEngines } from '../conformance/engines';
import { runCampaign } from './campaign';
import { loaded, respond } from './engine-calls';
import { NO_RECORDED_PROJECT, unless } from '../needs';

const file = join(__dirname, '../../../shared/data/eval_project.dcs-v1.json');

test.serial("fuzzed projects: the bytes of every engine are statsig-node's", async (t) => {
  const campaign = { seed: 77_000, payloads: 4, users: 10, engines: [...expectedEngines] };
  const { payloads, expected, compared, modern, differences } = await runCampaign(campaign);
  t.deepEqual(differences.slice(0, 5), []);
  t.is(payloads, 4);
  t.is(expected, 4 * 10 * 3);
  t.true(compared >= expected * campaign.engines.length, `${compared} compared`);
  t.true(modern >= 4 * 7 * campaign.engines.length, `${modern} of newer formats`);
});

unless(existsSync(file) ? null : NO_RECORDED_PROJECT, test.serial)(
  "the recorded project: the bytes of every engine are statsig-node's",
  async (t) => {
    const payload = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
    const random = new Random(3);
    const targets = targetsOf(payload);
    const users = Array.from({ length: 12 }, () => generateUser(random, targets));
    const one: Case = {
      name: 'recorded',
      payload,
      idLists: {},
      environment: null,
      now: 1_700_000_000_000,
      timeZone: 'UTC',
      users,
      overrides: { gates: {}, configs: {}, layers: {} },
    };
    const clientInitialize = users.flatMap((_, user) =>
      ['none', 'djb2', 'sha256'].map((hash) => ({
        user,
        clientKey: null,
        options: { hash },
        random: 0.5,
      })),
    );
    const questions: Questions = {
      ...allQuestions(payload),
      names: { gates: [], configs: [], layers: [] },
      exposures: false,
      clientInitialize,
    };
    const expected = (await askOracle(one, questions)).clientInitialize.map((response) =>
      typeof response === 'string' ? response : JSON.stringify(response),
    );
    for (const kind of expectedEngines) {
      const engine = createEngine(kind);
      const actual = (await askEngine(engine, one, questions)).clientInitialize;
      engine.dispose();
      for (const [index, text] of expected.entries())
        t.is(actual[index], text, `${kind} call ${index}`);
    }
  },
);

test.serial("experiments of one app, listed or handed over to, are statsig-node's", async (t) => {
  const passed = { salt: '', passPercentage: 100, conditions: [{ type: 'public' }] };
  const spec = { salt: '', enabled: true, defaultValue: {}, idType: 'userID' };
  const experiment = (name: string, app: string): JsonObject => ({
    ...spec,
    name,
    type: 'dynamic_config',
    entity: 'experiment',
    targetAppIDs: [app],
    rules: [
      {
        ...passed,
        conditions: [{ type: 'target_app', operator: 'any', targetValue: [app] }],
        name: 'g',
        id: 'g',
        returnValue: { x: name },
        isExperimentGroup: true,
      },
    ],
  });
  const layer = (of: string): JsonObject => ({
    ...spec,
    name: `layer_of_${of}`,
    type: 'dynamic_config',
    entity: 'layer',
    targetAppIDs: ['a', 'b'],
    rules: [{ ...passed, name: 'd', id: 'd', returnValue: {}, configDelegate: of }],
  });
  const payload: JsonObject = {
    ...small,
    sdk_keys_to_app_ids: { 'client-a': 'a', 'client-b': 'b' },
    dynamic_configs: [experiment('of_a', 'a'), experiment('of_b', 'b')],
    layer_configs: [layer('of_a'), layer('of_b')],
  };
  const keys = ['client-a', 'client-b', 'client-none', null];
  const questions: Questions = {
    ...allQuestions(payload),
    names: { gates: [], configs: [], layers: [] },
    exposures: false,
    clientInitialize: keys.map((clientKey) => ({
      user: 0,
      clientKey,
      options: { hash: 'none' },
      random: 0.5,
    })),
  };
  const one: Case = {
    name: 'apps',
    payload,
    idLists: {},
    environment: null,
    now: 1_700_000_000_000,
    timeZone: 'UTC',
    users: [{ userID: 'u' }],
    overrides: { gates: {}, configs: {}, layers: {} },
  };
  const expected = (await askOracle(one, questions)).clientInitialize.map((response) =>
    typeof response === 'string' ? response : JSON.stringify(response),
  );
  t.true(expected[0]?.includes('"value":{"x":"of_a"},"group":"g"'));
  t.false(expected[0]?.includes('"is_user_in_experiment":true'));
  for (const kind of expectedEngines) {
    const engine = createEngine(kind);
    t.deepEqual((await askEngine(engine, one, questions)).clientInitialize, expected, kind);
    engine.dispose();
  }
});

const small: JsonObject = {
  has_updates: true,
  time: 5,
  layer_configs: [],
  dynamic_configs: [],
  feature_gates: [
    {
      name: 'a',
      type: 'feature_gate',
      salt: '',
      enabled: true,
      defaultValue: false,
      entity: 'feature_gate',
      idType: 'userID',
      rules: [
        {
          id: 'r',
          name: 'r',
          salt: '',
          passPercentage: 100,
          returnValue: true,
          conditions: [{ type: 'user_field', field: 'email', operator: 'any', targetValue: ['x'] }],
        },
      ],
    },
  ],
};

for (const kind of expectedEngines) {
  test(`${kind}: an unchanged response says so, and only then`, async (t) => {
    const engine = await loaded(kind, small);
    const ask = (user: object, previousResponseHash: string, random = 0.5) =>
      JSON.parse(
        respond(engine, user, { hash: 'none', previousResponseHash, random })!,
      ) as JsonObject;
    const first = ask({ userID: 'u' }, '');
    t.regex(first['full_checksum'] as string, /^\d{1,20}$/);
    t.true(first['has_updates']);
    const same = ask({ userID: 'u' }, first['full_checksum'] as string, 0.9);
    t.deepEqual(
      [
        same['has_updates'],
        same['feature_gates'],
        same['user'],
        same['time'],
        'full_checksum' in same,
      ],
      [false, {}, {}, 0, false],
    );
    const other = ask({ userID: 'u', email: 'x' }, first['full_checksum'] as string);
    t.true(other['has_updates']);
    t.not(other['full_checksum'], first['full_checksum']);
    // As documented, so that it is the same on every engine and machine.
    const plain = respond(engine, { userID: 'u' }, { hash: 'none' })!;
    const text = `${plain.slice(0, plain.indexOf(',"sdkParams"'))}\nnone\n{"userID":"u"}\n\n0`;
    t.is(
      first['full_checksum'],
      createHash('sha256').update(text).digest().readBigUInt64BE().toString(),
    );
    engine.dispose();
  });

  test(`${kind}: gates that say nothing are left out on request`, async (t) => {
    const engine = await loaded(kind, small);
    const gates = (user: object) =>
      (
        JSON.parse(respond(engine, user, { hash: 'none', removeDefaultValueGates: true })!) as {
          feature_gates: JsonObject;
        }
      ).feature_gates;
    t.deepEqual(Object.keys(gates({ userID: 'u' })), []);
    t.deepEqual(Object.keys(gates({ userID: 'u', email: 'x' })), ['a']);
    engine.dispose();
  });
}

test('a hash of private attributes is the same on every engine, lone surrogates included', async (t) => {
  const user = {
    userID: 'u',
    privateAttributes: {
      a: '\ude00',
      'k\ud800': 'x\ud83d',
      list: ['\ud800', 1],
      fine: '\ud83d\ude00',
    },
  };
  const payload: JsonObject = {
    has_updates: true,
    time: 1,
    feature_gates: [],
    dynamic_configs: [],
    layer_configs: [],
  };
  const hashes = [];
  for (const kind of expectedEngines) {
    const response = JSON.parse(
      respond(await loaded(kind, payload), user, { responseFormat: 'v2' })!,
    ) as JsonObject;
    hashes.push(response['pa_hash']);
  }
  t.is(typeof hashes[0], 'string');
  t.deepEqual(new Set(hashes).size, 1, hashes.join());
});

/**
 * Sticky assignment: results, events and the calls to the storage, side by side with statsig-node.
 */
import test from 'ava';
import type {
  IUserPersistentStorage,
  StickyValues,
  UserPersistedValues,
} from '../../src/types/user-persistent-storage';
import type { StatsigUser } from '../../src/api/public-types';
import {
  ENGINES,
  FakeNetwork,
  ours,
  outcome,
  payload,
  theirs,
  type AnyServer,
} from '../api/support';

/** A storage in memory that writes down every call. */
class Recorder implements IUserPersistentStorage {
  readonly calls: unknown[] = [];
  readonly stored: Record<string, UserPersistedValues> = {};

  load(key: string): UserPersistedValues {
    this.calls.push(['load', key]);
    return this.stored[key] as UserPersistedValues;
  }

  save(key: string, name: string, data: StickyValues): void {
    this.calls.push(['save', key, name, JSON.stringify(data)]);
    (this.stored[key] ??= {})[name] = data;
  }

  delete(key: string, name: string): void {
    this.calls.push(['delete', key, name]);
    delete this.stored[key]?.[name];
  }
}

const ALICE: StatsigUser = { userID: 'alice', email: 'a@b.c', customIDs: { companyID: 'c' } };
const EVE: StatsigUser = { userID: 'eve', email: 'out@b.c' };
const NOBODY: StatsigUser = { customIDs: { companyID: 'c' } };

const sticky = (over: Partial<StickyValues> = {}): StickyValues => ({
  value: true,
  json_value: { text: 'kept', n: 9 },
  rule_id: 'A',
  group_name: 'Control',
  secondary_exposures: [{ gate: 'g', gateValue: 'true', ruleID: 'x' }],
  undelegated_secondary_exposures: [],
  config_delegate: null,
  explicit_parameters: ['text'],
  time: 77,
  ...over,
});
const delegated = sticky({ config_delegate: 'experiment' });

type Scene = (server: AnyServer, storage: Recorder) => unknown;
const use = (values: unknown, enforceTargeting = false) =>
  ({ userPersistedValues: values, persistentAssignmentOptions: { enforceTargeting } }) as never;

const SCENES: Record<string, Scene> = {
  'without persisted values': (s) => [
    s.getConfig(ALICE, 'config'),
    s.getExperiment(ALICE, 'experiment'),
    s.getLayer(ALICE, 'layer'),
    s.getLayer(ALICE, 'plain'),
    s.getExperiment(ALICE, 'missing'),
    s.getExperimentSync(ALICE, 'experiment'),
    s.getLayerSync(ALICE, 'layer'),
    s.checkGate(ALICE, 'always'),
  ],
  'first assignment is saved, later ones stick': (s) => {
    const first = s.getExperiment(
      ALICE,
      'experiment',
      use(s.getUserPersistedValues(ALICE, 'userID')),
    );
    const changed = { ...ALICE, email: 'else' };
    const later = s.getExperiment(
      changed,
      'experiment',
      use(s.getUserPersistedValues(changed, 'userID')),
    );
    return [first, later, s.getExperiment(changed, 'experiment')];
  },
  'layers are saved under their own name': (s) => {
    const first = s.getLayer(ALICE, 'layer', use(s.getUserPersistedValues(ALICE, 'userID')));
    const changed = { ...ALICE, email: 'else' };
    const later = s.getLayer(changed, 'layer', use(s.getUserPersistedValues(changed, 'userID')));
    return [first, first.get('text', ''), later, later.get('text', ''), later.get('n', 0)];
  },
  'given values, no storage entry': (s) => [
    s.getExperiment(ALICE, 'experiment', use({ experiment: sticky() })),
    s.getExperiment(ALICE, 'experiment', use({ other: sticky() })),
    s.getExperimentWithExposureLoggingDisabled(ALICE, 'experiment', use({ experiment: sticky() })),
    s.getConfig(ALICE, 'experiment', use({ experiment: sticky() })),
    s.getExperiment(ALICE, 'ended', use({ ended: sticky() })),
    s.getExperiment(ALICE, 'experiment', use({})),
    s.getExperiment(ALICE, 'experiment', use(null)),
  ],
  'layer values and their delegates': (s) => {
    const all = [
      s.getLayer(ALICE, 'layer', use({ layer: delegated })),
      s.getLayer(ALICE, 'layer', use({ layer: sticky() })),
      s.getLayer(ALICE, 'layer', use({ layer: sticky({ config_delegate: 'ended' }) })),
      s.getLayer(ALICE, 'layer', use({ layer: sticky({ config_delegate: 'gone' }) })),
      s.getLayer(ALICE, 'plain', use({})),
      s.getLayer(ALICE, 'layer', use({})),
    ];
    return all.map((layer) => [layer, layer.get('text', ''), layer.getValue('n')]);
  },
  enforceTargeting: (s) => [
    s.getExperiment(ALICE, 'targeted', use({ targeted: sticky() }, true)),
    s.getExperiment(EVE, 'targeted', use({ targeted: sticky() }, true)),
    s.getExperiment(EVE, 'targeted', use({ targeted: sticky() })),
    s.getExperiment(EVE, 'experiment', use({ experiment: sticky() }, true)),
    s.getLayer(EVE, 'layer', use({ layer: sticky({ config_delegate: 'targeted' }) }, true)),
    s.getLayer(ALICE, 'layer', use({ layer: sticky({ config_delegate: 'targeted' }) }, true)),
  ],
  'no unit ID': (s) => [
    s.getExperiment(NOBODY, 'experiment', use({})),
    s.getUserPersistedValues(NOBODY, 'userID'),
  ],
  'other ID types': (s) => [
    s.getUserPersistedValues(ALICE, 'companyID'),
    s.getUserPersistedValues(ALICE, 'COMPANYid'),
    s.getUserPersistedValues(ALICE, 'USERID'),
    s.getUserPersistedValues(ALICE, 'none'),
  ],
  'overrides win': (s) => {
    s.overrideConfig('experiment', { text: 'override' });
    s.overrideLayer('layer', { text: 'override' });
    return [
      s.getExperiment(ALICE, 'experiment', use({ experiment: sticky() })),
      s.getLayer(ALICE, 'layer', use({ layer: delegated })),
    ];
  },
  'manual exposures': (s) => [
    s.logExperimentExposure(ALICE, 'experiment'),
    s.logConfigExposure(ALICE, 'config'),
    s.logLayerParameterExposure(ALICE, 'layer', 'text'),
  ],
};

async function play(make: (network: FakeNetwork, storage: Recorder) => AnyServer, scene: Scene) {
  const [network, storage] = [new FakeNetwork(), new Recorder()];
  network.specs = payload();
  const server = make(network, storage);
  await server.initializeAsync();
  const results = outcome(() => scene(server, storage));
  await server.flush();
  await server.shutdownAsync(500);
  return { results, calls: storage.calls, events: network.comparable() };
}

for (const engine of ENGINES) {
  for (const [name, scene] of Object.entries(SCENES)) {
    test(`${engine}: ${name}`, async (t) => {
      const mine = await play(
        (network, storage) => ours(engine, network, { userPersistentStorage: storage }),
        scene,
      );
      const rivals = await play(
        (network, storage) => theirs(network, { userPersistentStorage: storage }),
        scene,
      );
      t.is(mine.results, rivals.results);
      t.deepEqual(mine.calls, rivals.calls);
      t.deepEqual(mine.events, rivals.events);
      t.true(mine.calls.length > 0 || mine.events.length > 0);
    });
  }

  test(`${engine}: given values stick without a storage`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const config = server.getExperiment(ALICE, 'experiment', use({ experiment: sticky() }));
    t.is(config.get('text', ''), 'kept');
    t.is(config.getEvaluationDetails()?.reason, 'Persisted');
    t.is(config.getEvaluationDetails()?.configSyncTime, 77);
    await server.shutdownAsync(500);
  });

  test(`${engine}: a storage that throws or returns garbage changes no result`, async (t) => {
    const angry = {
      load() {
        throw new Error('load');
      },
      save() {
        throw new Error('save');
      },
      delete() {
        throw new Error('delete');
      },
    };
    const server = ours(engine, new FakeNetwork(), { userPersistentStorage: angry });
    await server.initializeAsync();
    t.deepEqual(server.getUserPersistedValues(ALICE, 'userID'), {});
    t.is(server.getExperiment(ALICE, 'experiment').get('text', ''), 'A');
    t.is(server.getExperiment(ALICE, 'experiment', use({})).get('text', ''), 'A');
    for (const garbage of [
      5,
      'x',
      { experiment: 5 },
      { experiment: { json_value: 5, secondary_exposures: 'x' } },
      [1],
    ]) {
      t.notThrows(() => server.getExperiment(ALICE, 'experiment', use(garbage)));
      t.notThrows(() => server.getLayer(ALICE, 'layer', use(garbage)).get('text', ''));
    }
    await server.shutdownAsync(500);
  });
}

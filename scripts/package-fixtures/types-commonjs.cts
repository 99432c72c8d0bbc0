// Type checks of the CommonJS entry and of deep imports; never run.
import Statsig, {
  DataAdapterKeyPath,
  type DynamicConfig,
  type Layer,
  StatsigServer,
} from 'statsig-node';
import type {
  FeatureGate,
  IDataAdapter,
  InitializationDetails,
  LogEventObject,
  StatsigOptions,
  StatsigUser,
} from 'statsig-node';
import type { IDataAdapter as Deep } from 'statsig-node/dist/interfaces/IDataAdapter';
import type {
  IUserPersistentStorage,
  StickyValues,
} from 'statsig-node/dist/interfaces/IUserPersistentStorage';
import { notEmpty } from 'statsig-node/dist/utils/core';
import ConfigClass from 'statsig-node/dist/DynamicConfig';
import type { StatsigUser as DeepUser } from 'statsig-node/dist/StatsigUser';

const user: StatsigUser = { userID: 'u', custom: { plan: 'pro' }, privateAttributes: { ssn: 1 } };
const deepUser: DeepUser = user;
const storage: IUserPersistentStorage = {
  load: () => ({}),
  save: (_k: string, _n: string, _d: StickyValues) => undefined,
  delete: () => undefined,
};
declare const adapter: IDataAdapter;
const same: Deep = adapter;
const options: StatsigOptions = {
  environment: { tier: 'staging' },
  userPersistentStorage: storage,
  dataAdapter: same,
};
export async function main(): Promise<void> {
  const details: InitializationDetails = await Statsig.initialize('secret-x', options);
  const on: boolean = Statsig.checkGate(deepUser, 'gate');
  const gate: FeatureGate = Statsig.getFeatureGate(user, 'gate', { disableExposureLogging: true });
  const config: DynamicConfig = Statsig.getConfig(user, 'config');
  const layer: Layer = Statsig.getLayer(user, 'layer');
  const text: string = config.get('key', 'default');
  const count: number = layer.get('n', 1);
  const event: LogEventObject = { eventName: 'e', user, value: 'v', metadata: { a: 'b' } };
  Statsig.logEventObject(event);
  const server = new StatsigServer('secret-x');
  void [
    details.success,
    on,
    gate.ruleID,
    text,
    count,
    server.checkGate(user, 'gate'),
    DataAdapterKeyPath.V1Rulesets,
    notEmpty(text),
  ];
  void new ConfigClass('name');
  await Statsig.shutdownAsync(100);
}

/**
 * The whole public API, used the ways that statsig-node's documentation uses it; type-checked,
 * never run. scripts/check/types.mjs checks it against the packed package under statsig-node's
 * name, on old and new TypeScript.
 */
import Statsig, {
  StatsigServer,
  type DynamicConfig,
  type ExplainedCondition,
  type Explanation,
  type Layer,
  DataAdapterKeyPath,
  formatExplanation,
} from 'statsig-node';
import {
  StatsigUninitializedError,
  StatsigInvalidArgumentError,
  StatsigTooManyRequestsError,
  StatsigLocalModeNetworkError,
} from 'statsig-node/dist/Errors';
import type { EvaluationDetails } from 'statsig-node/dist/EvaluationDetails';
import type {
  AdapterResponse,
  FeatureGate,
  IDataAdapter,
  InitializationDetails,
  LogEventObject,
  StatsigEnvironment,
  StatsigOptions,
  StatsigUser,
} from 'statsig-node';

const user: StatsigUser = {
  userID: 'a-user',
  email: 'a@example.com',
  ip: '127.0.0.1',
  userAgent: 'agent',
  country: 'NL',
  locale: 'nl_NL',
  appVersion: '1.2.3',
  custom: { level: 3, isNew: true, tags: ['a', 'b'], plan: 'pro', nothing: undefined },
  privateAttributes: { secret: 'x' },
  customIDs: { companyID: 'c' },
  statsigEnvironment: { tier: 'staging' },
};
const byCustomID: StatsigUser = { customIDs: { companyID: 'c' } };

class Adapter implements IDataAdapter {
  private store: Record<string, string> = {};
  get(key: string): Promise<AdapterResponse> {
    return Promise.resolve({ result: this.store[key], time: 1 });
  }
  set(key: string, value: string, _time?: number): Promise<void> {
    this.store[key] = value;
    return Promise.resolve();
  }
  initialize(): Promise<void> {
    return Promise.resolve();
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
  supportsPollingUpdatesFor(key: DataAdapterKeyPath): boolean {
    return key === DataAdapterKeyPath.V1Rulesets;
  }
}

const tier: StatsigEnvironment = { tier: 'development' };
const options: StatsigOptions = {
  api: 'https://example.test/v1',
  environment: tier,
  bootstrapValues: '{}',
  rulesUpdatedCallback: (rules: string, time: number) => void [rules, time],
  initTimeoutMs: 1000,
  rulesetsSyncIntervalMs: 10_000,
  idListsSyncIntervalMs: 60_000,
  loggingIntervalMs: 1000,
  loggingMaxBufferSize: 500,
  localMode: false,
  disableDiagnostics: true,
  dataAdapter: new Adapter(),
  logger: {
    warn: (message: unknown) => void message,
    error: (message: unknown) => void message,
    logLevel: 'warn',
  },
  userPersistentStorage: { load: () => ({}), save: () => undefined, delete: () => undefined },
};

export async function lifecycle(): Promise<void> {
  const details: InitializationDetails = await Statsig.initialize('secret-key', options);
  if (!details.success) throw details.error;
  await Statsig.syncConfigSpecs();
  await Statsig.syncIdLists();
  await Statsig.flush();
  await Statsig.flush(1000);
  await Statsig.shutdownAsync(1000);
  Statsig.shutdown();
}

export function checks(): unknown[] {
  const on: boolean = Statsig.checkGate(user, 'gate');
  const gate: FeatureGate = Statsig.getFeatureGate(user, 'gate', { disableExposureLogging: true });
  const config: DynamicConfig = Statsig.getConfig(user, 'config');
  const experiment: DynamicConfig = Statsig.getExperiment(byCustomID, 'experiment', {
    disableExposureLogging: true,
  });
  const layer: Layer = Statsig.getLayer(user, 'layer');
  const text: string = config.get('text', 'default');
  const amount: number = experiment.getValue('amount', 0) as number;
  const checked: boolean = config.get(
    'flag',
    false,
    (value): value is boolean => typeof value === 'boolean',
  );
  const list: string[] = layer.get('list', [] as string[]);
  const names: string[][] = [config.getRuleID(), config.name].map((name) => [String(name)]);
  const evaluation: EvaluationDetails | null = gate.evaluationDetails;
  const group: string | null = experiment.getGroupName();
  const persisted = Statsig.getUserPersistedValues(user, 'userID');
  Statsig.getExperiment(user, 'experiment', { userPersistedValues: persisted });
  return [
    on,
    gate.value,
    gate.ruleID,
    gate.groupName,
    text,
    amount,
    checked,
    list,
    names,
    evaluation,
    group,
    layer.getRuleID(),
    layer.getGroupName(),
  ];
}

export function exposuresAndEvents(): void {
  Statsig.manuallyLogGateExposure(user, 'gate');
  Statsig.manuallyLogConfigExposure(user, 'config');
  Statsig.manuallyLogExperimentExposure(user, 'experiment');
  Statsig.manuallyLogLayerParameterExposure(user, 'layer', 'parameter');
  Statsig.logEvent(user, 'event');
  Statsig.logEvent(user, 'event', 9.99, { item: 'book' });
  const event: LogEventObject = { eventName: 'event', user, value: 'value', metadata: { a: 'b' } };
  Statsig.logEventObject(event);
}

export function explanations(): string {
  const told: Explanation = Statsig.explain(user, 'gate', 'gate', { showPrivate: true });
  const condition: ExplainedCondition | undefined = told.spec?.rules[0]?.conditions[0];
  Statsig.explainConfig(user, 'config');
  Statsig.explainExperiment(user, 'experiment', { userPersistedValues: {} });
  Statsig.explainLayer(user, 'layer');
  Statsig.explainParameterStore(user, 'store').parameters;
  return formatExplanation(Statsig.explainGate(user, 'gate')) + (condition?.why ?? '');
}

export function overridesAndLists(): string[] {
  Statsig.overrideGate('gate', true, 'a-user');
  Statsig.overrideGate('gate', false);
  Statsig.overrideDynamicConfig('config', { a: 1 }, 'a-user');
  Statsig.overrideExperiment('experiment', { a: 1 });
  Statsig.overrideExperimentByGroupName('experiment', 'Control', 'a-user');
  Statsig.overrideParameterStore('store', { color: 'red' });
  Statsig.removeGateOverride('gate', 'a-user');
  Statsig.removeAllOverrides();
  Statsig.identify(user);
  Statsig.forwardLogLineEvent(user, 'warn', 'a line', { file: 'a.ts' });
  Statsig.overrideConfig('config', { a: 1 }, 'a-user');
  Statsig.overrideLayer('layer', { a: 1 });
  Statsig.clearAllGateOverrides();
  Statsig.clearAllConfigOverrides();
  Statsig.clearAllLayerOverrides();
  return [
    ...Statsig.getFeatureGateList(),
    ...Statsig.getDynamicConfigList(),
    ...Statsig.getExperimentList(),
    ...Statsig.getAutotuneList(),
    ...Statsig.getLayerList(),
  ];
}

export function bootstrap(): string {
  return JSON.stringify(Statsig.getClientInitializeResponse(user, 'client-key', { hash: 'djb2' }));
}

export async function instances(): Promise<boolean> {
  const server = new StatsigServer('secret-key', options);
  await server.initializeAsync();
  try {
    server.logEvent(user, 'event');
    return server.checkGate(user, 'gate');
  } catch (error) {
    const known = [
      StatsigUninitializedError,
      StatsigInvalidArgumentError,
      StatsigTooManyRequestsError,
      StatsigLocalModeNetworkError,
    ];
    return known.some((kind) => error instanceof kind);
  } finally {
    await server.shutdownAsync();
  }
}

// @ts-expect-error a gate's name is text
Statsig.checkGate(user, 5);
// @ts-expect-error a user ID is text
Statsig.checkGate({ userID: 5 }, 'gate');

/** Stand-ins for tests, typed as what they stand for; and parameters whose types the caller says. */
export function typed(config: DynamicConfig): unknown[] {
  const getConfig: typeof Statsig.getConfig = () => config;
  const service: Pick<StatsigServer, 'checkGate' | 'getConfig'> = {
    checkGate: (_user: StatsigUser, name: string) => name === 'on',
    getConfig: (_user: StatsigUser, _name: string): DynamicConfig => config,
  };
  const returned: ReturnType<typeof Statsig.getExperiment> = config;
  const name: Parameters<typeof Statsig.getLayer>[1] = 'any text';
  const limit: number = Statsig.getConfig<{ limit: number }>(user, 'limits').get('limit', 60);
  return [getConfig, service, returned, name, limit];
}

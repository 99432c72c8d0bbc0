/** One program of an application compiles against the newer SDK's types and against ours. */
import { join } from 'node:path';
import test from 'ava';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');

const PROGRAM = `
import {
  DynamicConfig, Experiment, FeatureGate, GCIRResponseFormat, Layer, OverrideAdapterType,
  ParameterStore, Statsig, StatsigUser,
} from 'SDK';
import type {
  ClientInitResponseOptions, ConsoleCaptureOptions, DataStore, DataStoreBytesResponse,
  DataStoreResponse, DynamicConfigEvaluationOptions, EvaluationDetails,
  ExperimentEvaluationOptions, ExperimentGroup, ExperimentGroupsResult,
  FeatureGateEvaluationOptions, LayerEvaluationOptions, ObservabilityClient,
  OutputLoggerProvider, OverrideAdapterConfig, ParameterStoreEvaluationOptions,
  PersistentStorage, ProxyConfig, SdkEvent, SecondaryExposure, SpecAdapterConfig,
  StatsigOptions, StatsigResult, StatsigUserArgs, StickyValues, TypedGet, UnknownGet,
  UserPersistedValues,
} from 'SDK';

const store: DataStore = {
  initialize: async () => {},
  get: async (key: string): Promise<DataStoreResponse> => ({ result: key, time: 1 }),
  getBytes: async (): Promise<DataStoreBytesResponse> => ({ result: new Uint8Array(1) }),
  set: async (_key: string, _value: string, _time?: number) => {},
  setBytes: async (_key, value) => void value.byteLength,
  supportPollingUpdatesFor: async (key) => key === '/v2/download_config_specs',
};
const storage: PersistentStorage = {
  load: (_key: string): UserPersistedValues | null => null,
  save: (_key: string, _name: string, data: StickyValues) => void data.json_value,
  delete: () => {},
};
const client: ObservabilityClient = {
  initialize() {}, increment(_name, _value, tags) { void tags['a']; }, gauge() {}, dist() {},
  error(tag, error) { void (tag + error); },
};
const output: OutputLoggerProvider = { warn: (tag, message) => void (tag + message) };
const adapter: OverrideAdapterConfig = { adapterType: OverrideAdapterType.LocalOverride };
const specs: SpecAdapterConfig = { adapterType: 'network_http', specsUrl: 'u', initTimeoutMs: 1 };
const proxy: ProxyConfig = { proxyHost: 'h', proxyPort: 1 };
const options: StatsigOptions = {
  dataStore: store, dataStoreKeySchemaVersion: 'v3', disableAllLogging: true,
  disableCountryLookup: true, disableNetwork: true, logEventConnectionReuse: true,
  enableIdLists: true, enableDcsDeltas: true, environment: 'staging',
  eventLoggingFlushIntervalMs: 1, eventLoggingMaxQueueSize: 1, exposureDedupeMaxKeys: 1,
  fallbackToStatsigApi: true, globalCustomFields: { a: 1, b: ['c'], d: true },
  idListsSyncIntervalMs: 1, idListsRequestTimeoutMs: 1, idListsUrl: 'u',
  downloadIdListFileApi: 'u', initTimeoutMs: 1, logEventUrl: 'u', observabilityClient: client,
  outputLogLevel: 'debug', outputLoggerProvider: output, configCompressionMode: 'gzip',
  overrideAdapterConfig: [adapter], serviceName: 's', persistentStorage: storage,
  specAdaptersConfig: [specs], specsSyncIntervalMs: 1, specsUrl: 'u',
  waitForCountryLookupInit: true, waitForUserAgentInit: true, proxyConfig: proxy,
  useThirdPartyUaParser: true, experimentalFlags: new Set(['f']),
};
const args: StatsigUserArgs = { email: 'e', custom: { a: 1, b: [1, 'c'], d: null, e: { f: 1 } } };
const user = new StatsigUser({ userID: 'u', ...args, privateAttributes: { a: ['b'] } });
const capture: ConsoleCaptureOptions = { enabled: true, logLevels: ['warn'], user };
new StatsigUser({ customIDs: { c: 'd' }, statsigEnvironment: { tier: 't' } });
user.email = 'e'; user.custom = { a: [true] }; user.statsigEnvironment = { tier: 't' };
const ids: Record<string, string> | null = StatsigUser.withCustomIDs({ a: 'b' }).customIDs;
const id: string | null = StatsigUser.withUserID('u').userID;

export async function main(): Promise<unknown[]> {
  const statsig = Statsig.hasShared() ? Statsig.shared() : Statsig.newShared('secret', options);
  const own: Statsig = new Statsig('secret', { consoleCaptureOptions: capture });
  const result: StatsigResult = await statsig.initialize();
  if (!result.isSuccess) throw new Error(result.error);
  const quiet: FeatureGateEvaluationOptions & DynamicConfigEvaluationOptions &
    ParameterStoreEvaluationOptions = { disableExposureLogging: true };
  const sticky: ExperimentEvaluationOptions & LayerEvaluationOptions = {
    userPersistedValues: {}, enforceOverrides: true, enforceTargeting: true,
  };
  const passes: boolean = statsig.checkGate(user, 'g', quiet);
  const gate: FeatureGate = statsig.getFeatureGate(user, 'g');
  const details: EvaluationDetails = gate.getEvaluationDetails();
  const facts = [gate.name, gate.ruleID, gate.idType, gate.value, details.reason, details.lcut];
  const exposures: SecondaryExposure[] = gate.getSecondaryExposures();
  const config: DynamicConfig = statsig.getDynamicConfig(user, 'c', quiet);
  const n: number = config.get('n', 5);
  const guarded = config.get('n', 5, (value): value is number => typeof value === 'number');
  const anything: unknown = config.getValue('n', null);
  const get: TypedGet = config.get;
  const getValue: UnknownGet = config.getValue;
  const experiment: Experiment = statsig.getExperiment(user, 'e', sticky);
  const group: string | null = experiment.getGroupName();
  const layer: Layer = statsig.getLayer(user, 'l', sticky);
  const allocated: string | null = layer.getAllocatedExperimentName();
  const parameters: ParameterStore = statsig.getParameterStore(user, 'p', quiet);
  const text: string = parameters.getValue('a', 'b');
  const groups: ExperimentGroupsResult = statsig.getExperimentGroups('e');
  const first: ExperimentGroup | undefined = groups.groups[0];
  const byName: Experiment = statsig.getExperimentByGroupName('e', 'A');
  const fields: string[] = statsig.getFieldsNeededForExperiment('e');
  const response: ClientInitResponseOptions = {
    hashAlgorithm: 'djb2', featureGateFilter: new Set(['g']),
    responseFormat: GCIRResponseFormat.InitializeV2,
  };
  const bootstrap: string = statsig.getClientInitializeResponse(user, response);
  const event: SdkEvent = 'specs_updated';
  const subscription: string = statsig.subscribe(event, (told) => void told.data);
  statsig.unsubscribeById(subscription); statsig.unsubscribe('*'); statsig.unsubscribeAll();
  statsig.logEvent(user, 'e', 1, { a: 'b', c: 1, d: true, e: null });
  statsig.forwardLogLineEvent(user, 'log', 'line', { a: 'b' });
  statsig.identify(user);
  statsig.manuallyLogFeatureGateExposure(user, 'g');
  statsig.manuallyLogLayerParamExposure(user, 'l', 'p');
  statsig.overrideGate('g', true, 'u'); statsig.overrideDynamicConfig('c', { a: 1 });
  statsig.overrideExperiment('e', { a: 1 }); statsig.overrideExperimentByGroupName('e', 'A', null);
  statsig.overrideLayer('l', {}); statsig.overrideParameterStore('p', {});
  statsig.removeGateOverride('g'); statsig.removeLayerOverride('l', 'u');
  statsig.removeAllOverrides();
  const names: string[] = [...statsig.getFeatureGateList(), ...statsig.getParameterStoreList()];
  const agent = statsig.getParsedUserAgentValueForUser(user)?.['os_name'];
  await statsig.flushEvents(); await statsig.shutdown(1000); await own.shutdown();
  Statsig.removeSharedInstance();
  return [passes, facts, exposures, n, guarded, anything, get, getValue, group, allocated, text,
    first, byName, fields, bootstrap, names, agent, ids, id];
}
`;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
};

/** What the compiler says of the program with types of a module. */
function complaints(sdk: string): string[] {
  const path = join(ROOT, '__test__/server-core/program.ts');
  const text = PROGRAM.replaceAll("'SDK'", `'${sdk}'`);
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.getSourceFile = (name, version) =>
    name === path
      ? ts.createSourceFile(name, text, version)
      : getSourceFile.call(host, name, version);
  const program = ts.createProgram([path], OPTIONS, host);
  const file = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
}

test('the program compiles against the newer SDK', (t) => {
  t.deepEqual(complaints('@statsig/statsig-node-core'), []);
});

test('and against ours', (t) => {
  t.deepEqual(complaints('../../src/server-core/index'), []);
});

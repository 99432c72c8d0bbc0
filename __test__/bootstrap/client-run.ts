/** What a client SDK sees of bootstrapped values. Runs in Node and, bundled, in a browser. */
import type { StatsigClient } from '@statsig/js-client';

export interface Seen {
  gates: Record<string, [value: boolean, ruleID: string]>;
  configs: Record<string, [value: unknown, ruleID: string]>;
  experiments: Record<string, [value: unknown, ruleID: string, group: string | null]>;
  layers: Record<
    string,
    [parameters: Record<string, unknown>, ruleID: string, group: string | null]
  >;
  /** Exposures that it would send: name, metadata that servers send too, secondary exposures. */
  events: unknown[];
  source: string;
}

export interface Names {
  gates: string[];
  configs: string[];
  experiments: string[];
  /** Layer → parameters to read. */
  layers: Record<string, string[]>;
}

/** Fields of exposure metadata that client and server have in common. */
const FIELDS = [
  'gate',
  'gateValue',
  'ruleID',
  'config',
  'parameterName',
  'allocatedExperiment',
  'isExplicitParameter',
];

export interface ExposureEvent {
  eventName: string;
  metadata: Record<string, unknown> | null;
  secondaryExposures: unknown;
}

export function comparableEvent({
  eventName,
  metadata,
  secondaryExposures,
}: ExposureEvent): unknown {
  return [eventName, FIELDS.map((field) => [field, metadata?.[field] ?? null]), secondaryExposures];
}

/**
 * Boots a client with the values and asks it everything. `values`: the JSON text of a
 * client-initialize response.
 */
export async function see(
  Client: typeof StatsigClient,
  user: Record<string, unknown>,
  values: string,
  names: Names,
): Promise<Seen> {
  const networkOverrideFunc = () => Promise.resolve(new Response('{"success":true}'));
  const client = new Client('client-key', user, {
    disableStorage: true,
    loggingEnabled: 'always',
    logLevel: 0,
    networkConfig: { networkOverrideFunc },
  });
  const sent: ExposureEvent[] = [];
  client.on('pre_logs_flushed', ({ events }) =>
    sent.push(...(events as unknown as ExposureEvent[])),
  );
  client.dataAdapter.setData(values);
  client.initializeSync({ disableBackgroundCacheRefresh: true });
  const seen: Seen = {
    gates: {},
    configs: {},
    experiments: {},
    layers: {},
    events: [],
    source: '',
  };
  for (const name of names.gates) {
    const { value, ruleID, details } = client.getFeatureGate(name);
    seen.gates[name] = [value, ruleID];
    seen.source = details.reason;
  }
  for (const name of names.configs) {
    const { value, ruleID } = client.getDynamicConfig(name);
    seen.configs[name] = [value, ruleID];
  }
  for (const name of names.experiments) {
    const { value, ruleID, groupName } = client.getExperiment(name);
    seen.experiments[name] = [value, ruleID, groupName];
  }
  for (const [name, parameters] of Object.entries(names.layers)) {
    const layer = client.getLayer(name);
    seen.layers[name] = [
      Object.fromEntries(parameters.map((key) => [key, layer.get(key, null)])),
      layer.ruleID,
      layer.groupName,
    ];
  }
  await client.flush();
  seen.events = sent
    .filter(({ eventName }) => eventName.endsWith('_exposure'))
    .map(comparableEvent);
  await client.shutdown();
  return seen;
}

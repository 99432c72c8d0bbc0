/** A project on dcs-v2, and a service that serves it, for both SDKs. */
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { Loopback } from '../network/loopback';

const spec = (over: object) => ({
  type: 'feature_gate',
  entity: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  rules: [],
  ...over,
});
export const config = (over: object) =>
  spec({ type: 'dynamic_config', entity: 'dynamic_config', defaultValue: {}, ...over });
export const rule = (over: object) => ({
  name: 'r',
  id: 'r',
  salt: 'rs',
  passPercentage: 100,
  idType: 'userID',
  returnValue: true,
  conditions: ['all'],
  ...over,
});
export const field = (name: string, targetValue: string[]) => ({
  type: 'user_field',
  field: name,
  operator: 'any',
  targetValue,
  idType: 'userID',
});

export const PROJECT = {
  has_updates: true,
  time: 1_700_000_000_000,
  condition_map: {
    all: { type: 'public', idType: 'userID' },
    on: { type: 'pass_gate', targetValue: 'on', idType: 'userID' },
    paying: field('plan', ['pro']),
    german: field('country', ['DE']),
    odd: { type: 'weather', idType: 'userID' },
  },
  experiment_to_layer: { experiment: 'layer' },
  feature_gates: {
    on: spec({ version: 4, rules: [rule({ id: 'yes' })], fieldsUsed: ['email'] }),
    off: spec({}),
    nested: spec({ rules: [rule({ id: 'inner', conditions: ['on'] })] }),
    paying: spec({ rules: [rule({ id: 'pays', conditions: ['paying'] })] }),
    german: spec({ rules: [rule({ id: 'de', conditions: ['german'] })] }),
    'segment:s': spec({ entity: 'segment', rules: [rule({})] }),
  },
  dynamic_configs: {
    config: config({
      rules: [rule({ id: 'c', returnValue: { n: 1, text: 't', list: [1], flag: false, o: {} } })],
    }),
    experiment: config({
      entity: 'experiment',
      isActive: true,
      version: 2,
      explicitParameters: ['color'],
      rules: [
        rule({
          id: 'groupA',
          groupName: 'A',
          isExperimentGroup: true,
          conditions: ['paying'],
          returnValue: { color: 'red' },
        }),
        rule({
          id: 'groupB',
          groupName: 'B',
          isExperimentGroup: true,
          returnValue: { color: 'blue' },
        }),
      ],
    }),
  },
  layer_configs: {
    layer: config({
      entity: 'layer',
      defaultValue: { color: 'none', size: 3 },
      rules: [rule({ id: 'alloc', configDelegate: 'experiment', returnValue: { size: 4 } })],
    }),
  },
  param_stores: {
    store: {
      parameters: {
        fixed: { ref_type: 'static', param_type: 'string', value: 'kept' },
        gated: {
          ref_type: 'gate',
          param_type: 'number',
          gate_name: 'on',
          pass_value: 1,
          fail_value: 0,
        },
      },
    },
  },
};

export interface Logged {
  eventName: string;
  value: unknown;
  metadata: Record<string, unknown> | null;
  user: Record<string, unknown>;
}

/** A service on loopback; `specs` may be replaced. */
export class Service {
  specs: unknown = PROJECT;
  status = 200;
  server!: Loopback;

  static async start(): Promise<Service> {
    const service = new Service();
    service.server = await Loopback.start(({ url }, response) => {
      if (!url.includes('download_config_specs')) return void response.end('{"success":true}');
      response.writeHead(service.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(service.specs));
    });
    return service;
  }

  get options() {
    const { base } = this.server;
    return {
      specsUrl: `${base}/v2/download_config_specs`,
      logEventUrl: `${base}/v1/log_event`,
      idListsUrl: `${base}/v1/get_id_lists`,
      outputLogLevel: 'none' as const,
    };
  }

  /** Events that arrived, without the SDK's own reports. */
  events(): Logged[] {
    return this.server.seen
      .filter(({ url }) => url.includes('log_event'))
      .flatMap(({ body, headers }) => parsed(body, String(headers['content-encoding'])))
      .filter(({ eventName }) => eventName !== 'statsig::diagnostics');
  }
}

function parsed(body: Buffer, encoding: string): Logged[] {
  const plain =
    encoding === 'zstd' ? decompress(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return (JSON.parse(Buffer.from(plain).toString()) as { events: Logged[] }).events;
}

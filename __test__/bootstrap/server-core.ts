/** statsig-node-core's client-initialize responses, as an oracle for the newer formats. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../differential/case';

/** Options as the newer SDK takes them. */
export interface CoreOptions {
  responseFormat?: 0 | 1 | 2;
  hashAlgorithm?: string;
  featureGateFilter?: Set<string>;
  experimentFilter?: Set<string>;
  dynamicConfigFilter?: Set<string>;
  layerFilter?: Set<string>;
  paramStoreFilter?: Set<string>;
  removeIdType?: boolean;
  removeDefaultValueGates?: boolean;
}

export interface CoreServer {
  respond(user: JsonObject, options: CoreOptions): JsonObject;
  stop(): Promise<void>;
}

/** Starts it on a payload served from loopback. */
export async function startCore(payload: JsonObject): Promise<CoreServer> {
  const { Statsig, StatsigUser } =
    require('@statsig/statsig-node-core') as typeof import('@statsig/statsig-node-core');
  const body = JSON.stringify(payload);
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url?.includes('download_config_specs') === true ? body : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const statsig = new Statsig('secret-test', {
    specsUrl: `${url}/v2/download_config_specs`,
    logEventUrl: `${url}/v1/log_event`,
    idListsUrl: `${url}/v1/get_id_lists`,
    disableAllLogging: true,
    waitForCountryLookupInit: true,
    waitForUserAgentInit: true,
  });
  const details = await statsig.initialize();
  if (!details.isSuccess) throw new Error(`statsig-node-core did not start: ${details.error}`);
  return {
    respond: (user, options) =>
      JSON.parse(
        statsig.getClientInitializeResponse(new StatsigUser(user as never), options as never),
      ) as JsonObject,
    stop: async () => {
      await statsig.shutdown();
      server.closeAllConnections();
      server.close();
    },
  };
}

// What the SDK uses of axios: its adapter for Node's http. Not its client, which merges and
// normalises a configuration that is complete already: half of what a POST costs in JavaScript.
import http from 'axios/unsafe/adapters/http.js';
import AxiosHeaders from 'axios/unsafe/core/AxiosHeaders.js';
import shouldBypassProxy from 'axios/unsafe/helpers/shouldBypassProxy.js';
import { getProxyForUrl } from 'proxy-from-env';

export const request = (config) => http({ ...config, headers: AxiosHeaders.from(config.headers) });

/** URL of the proxy that the environment names for a URL, '' for none. */
export const proxyFor = (url) => (shouldBypassProxy(url) ? '' : getProxyForUrl(url));

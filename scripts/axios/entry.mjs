// What the SDK uses of axios: how it reads NO_PROXY, and of proxy-from-env the variables that name
// proxies. Requests are Node's own (src/network/node-request.ts).
import shouldBypassProxy from 'axios/unsafe/helpers/shouldBypassProxy.js';
import { getProxyForUrl } from 'proxy-from-env';

/** URL of the proxy that the environment names for a URL, '' for none. */
export const proxyFor = (url) => (shouldBypassProxy(url) ? '' : getProxyForUrl(url));

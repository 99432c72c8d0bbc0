// Stands in for the package https-proxy-agent, which axios uses for proxies of its own. The SDK's
// are in src/network/agents.ts.
export default class HttpsProxyAgent {}

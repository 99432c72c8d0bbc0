// Stands in for the package https-proxy-agent and loads it when a proxy is configured (else 7 ms for nothing).
const load = () => require('https-proxy-agent');

function HttpsProxyAgent(options) {
  return new (load())(options);
}
Object.defineProperty(HttpsProxyAgent, Symbol.hasInstance, { value: (agent) => agent instanceof load().HttpsProxyAgent });

module.exports = HttpsProxyAgent;

// Cloudflare Workers: the project lies in KV, where a scheduled run puts it (`FLAGS`, key `project`), so
// that a cold start asks nobody else; events leave after the answer.
import { StatsigServer } from 'statsig-node-native';

let statsig;

export default {
  async fetch(request, env, context) {
    // Inside of the handler: outside of one Workers allow neither I/O nor random numbers.
    statsig ??= new StatsigServer(env.STATSIG_SECRET_KEY, {
      api: env.STATSIG_API,
      specSources: [{ name: 'kv', get: () => env.FLAGS.get('project') }, 'network'],
    });
    const { source } = await statsig.initializeAsync();
    const userID = request.headers.get('x-user-id') ?? 'anonymous';
    const country = request.headers.get('cf-ipcountry') ?? undefined;
    const isNew = statsig.checkGate({ userID, country }, 'new_checkout');
    context.waitUntil(statsig.flush());
    return Response.json({ isNew, source, from: statsig.health().source });
  },

  /** By a cron trigger: what Statsig says now is what the next cold start reads. */
  async scheduled(controller, env) {
    const base = env.STATSIG_API ?? 'https://api.statsigcdn.com/v1';
    const response = await fetch(`${base}/download_config_specs/${env.STATSIG_SECRET_KEY}.json`);
    if (response.ok) await env.FLAGS.put('project', await response.text());
  },
};

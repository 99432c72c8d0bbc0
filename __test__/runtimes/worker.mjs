// A Cloudflare worker as an application writes it. scripts/check/runtimes.mjs bundles it (condition `workerd`) and runs
// it in workerd: GET /?engine=js forces an engine.
import { StatsigServer } from 'statsig-node-native';

const instances = new Map();

export default {
  async fetch(request, env, context) {
    const engine = new URL(request.url).searchParams.get('engine') ?? undefined;
    let statsig = instances.get(engine);
    if (statsig === undefined) {
      statsig = new StatsigServer('secret-worker', {
        api: env.API,
        environment: { tier: 'staging' },
        engine,
      });
      instances.set(engine, statsig);
    }
    const details = await statsig.initializeAsync();
    const user = { userID: 'ada', email: 'ada@pedal.example' };
    const answer = {
      success: details.success,
      error: String(details.error),
      engine: statsig.engineInfo().engine,
      gate: statsig.checkGate(user, 'new_checkout'),
      unknown: statsig.checkGate(user, 'unknown'),
      tariff: statsig.getConfig(user, 'tariff').get('currency', ''),
      bootstrap: Object.keys(statsig.getClientInitializeResponse(user)?.feature_gates ?? {}).length,
    };
    statsig.logEvent(user, `worker-${answer.engine}`);
    context.waitUntil(statsig.flush());
    return Response.json(answer);
  },
};

// A plugin for Fastify: `request.flags` is the scope of the request's user, and the instance lives as
// long as the application does.
import { StatsigServer } from 'statsig-node-native';

/** Options: `secretKey`, `options` for StatsigServer, `userOf(request)`. */
export async function flags(app, { secretKey, options, userOf }) {
  const statsig = new StatsigServer(secretKey, options);
  await statsig.initializeAsync();
  const scope = Symbol('flags');
  app.decorate('statsig', statsig);
  app.decorateRequest(scope, null);
  // Made when it is first asked for: most requests of most applications need no flag.
  app.decorateRequest('flags', {
    getter() {
      this[scope] ??= statsig.forUser(userOf(this));
      return this[scope];
    },
  });
  app.addHook('onClose', () => statsig.shutdownAsync());
}
// For the application, not for a part of it.
flags[Symbol.for('skip-override')] = true;

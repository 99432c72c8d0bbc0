// Hono on Node: a scope for each request. The application (not `serve`) is what Bun and Deno run, too.
//   npm i hono @hono/node-server statsig-node-native && STATSIG_SECRET_KEY=secret-… node app.mjs
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import Statsig from 'statsig-node-native';

const { STATSIG_SECRET_KEY, STATSIG_API, PORT = '3000' } = process.env;
await Statsig.initialize(STATSIG_SECRET_KEY, { api: STATSIG_API });

const app = new Hono();

app.use(async (context, next) => {
  const userID = context.req.header('x-user-id') ?? 'anonymous';
  context.set('flags', Statsig.forUser({ userID, userAgent: context.req.header('user-agent') }));
  await next();
});

app.get('/', (context) => context.json({ isNew: context.get('flags').checkGate('new_checkout') }));
app.get('/ready', (context) => {
  const health = Statsig.health();
  return context.json(health, health.isReady ? 200 : 503);
});

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => server.close(() => Statsig.shutdownAsync()));

// Fastify: the plugin of flags.mjs.
//   npm i fastify statsig-node-native && STATSIG_SECRET_KEY=secret-… node app.mjs
import Fastify from 'fastify';
import { flags } from './flags.mjs';

const { STATSIG_SECRET_KEY, STATSIG_API, PORT = '3000' } = process.env;
const app = Fastify({ forceCloseConnections: 'idle' });

await app.register(flags, {
  secretKey: STATSIG_SECRET_KEY,
  options: { api: STATSIG_API },
  userOf: ({ headers, ip }) => ({
    userID: headers['x-user-id'] ?? 'anonymous',
    ip,
    userAgent: headers['user-agent'],
  }),
});

app.get('/', async ({ flags: own }) => ({ isNew: own.checkGate('new_checkout') }));
app.get('/ready', async (request, reply) => {
  const health = app.statsig.health();
  return reply.code(health.isReady ? 200 : 503).send(health);
});

console.log(await app.listen({ port: Number(PORT), host: '127.0.0.1' }));
process.once('SIGTERM', () => app.close());

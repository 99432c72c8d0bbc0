// Express: a scope for each request, a readiness probe, and events that leave before the process does.
//   npm i express statsig-node-native && STATSIG_SECRET_KEY=secret-… node app.mjs
import express from 'express';
import Statsig from 'statsig-node-native';

const { STATSIG_SECRET_KEY, STATSIG_API, PORT = '3000' } = process.env;
await Statsig.initialize(STATSIG_SECRET_KEY, { api: STATSIG_API });

const app = express();

app.use((request, response, next) => {
  const userID = request.get('x-user-id') ?? 'anonymous';
  const userAgent = request.get('user-agent');
  response.locals.flags = Statsig.forUser({ userID, ip: request.ip, userAgent });
  next();
});

app.get('/', (request, response) => {
  const { flags } = response.locals;
  response.json({ isNew: flags.checkGate('new_checkout') });
});

app.get('/ready', (request, response) => {
  const health = Statsig.health();
  response.status(health.isReady ? 200 : 503).json(health);
});

const server = app.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
// First no more requests, then the events of those that were.
process.once('SIGTERM', () => server.close(() => Statsig.shutdownAsync()));

// React Router in its data mode, rendered on the server: loaders get the request's scope by the context,
// components only what the loader answered. (In framework mode `getLoadContext` takes `contextOf`'s place.)
//   npm i react react-dom react-router statsig-node-native && STATSIG_SECRET_KEY=secret-… node app.mjs
import { createServer } from 'node:http';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import {
  createContext,
  createStaticHandler,
  createStaticRouter,
  RouterContextProvider,
  StaticRouterProvider,
  useLoaderData,
} from 'react-router';
import Statsig from 'statsig-node-native';

const { STATSIG_SECRET_KEY, STATSIG_API, PORT = '3000' } = process.env;
await Statsig.initialize(STATSIG_SECRET_KEY, { api: STATSIG_API });

const flags = createContext();

/** What loaders get: a scope for each request. */
function contextOf(request) {
  const context = new RouterContextProvider();
  const userID = request.headers.get('x-user-id') ?? 'anonymous';
  context.set(flags, Statsig.forUser({ userID, userAgent: request.headers.get('user-agent') }));
  return context;
}

function Home() {
  const { isNew } = useLoaderData();
  return h('h1', null, isNew ? 'new' : 'old');
}

const routes = [
  {
    path: '/',
    Component: Home,
    loader: ({ context }) => ({ isNew: context.get(flags).checkGate('new_checkout') }),
  },
  { path: '/ready', loader: () => Response.json(Statsig.health()) },
];
const handler = createStaticHandler(routes);

/** A response of a loader, or the page. */
async function answer(request) {
  const requestContext = contextOf(request);
  if (new URL(request.url).pathname === '/ready')
    return handler.queryRoute(request, { requestContext });
  const result = await handler.query(request, { requestContext });
  if (result instanceof Response) return result;
  const router = createStaticRouter(handler.dataRoutes, result);
  const html = renderToString(h(StaticRouterProvider, { router, context: result }));
  return new Response(`<!doctype html>${html}`, {
    status: result.statusCode,
    headers: { 'content-type': 'text/html' },
  });
}

const server = createServer(async (incoming, outgoing) => {
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const response = await answer(new Request(url, { headers: incoming.headers }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(await response.text());
});
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
process.once('SIGTERM', () => server.close(() => Statsig.shutdownAsync()));

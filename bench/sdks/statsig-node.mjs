import { createRequire } from 'node:module';
import { client, options } from './statsig-api.mjs';

const require = createRequire(import.meta.url);
export const info = { package: 'statsig-node', kind: 'statsig' };
export const load = () => require('statsig-node');

export async function create(Statsig, context) {
  const details = await Statsig.initialize(context.key, options(context));
  if (details?.success === false) throw new Error(`statsig-node: ${details.error}`);
  return client(Statsig, context);
}

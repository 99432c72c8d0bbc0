// Once per server process, before the first request.
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { default: Statsig } = await import('statsig-node-native');
  await Statsig.initialize(process.env.STATSIG_SECRET_KEY, { api: process.env.STATSIG_API });
}

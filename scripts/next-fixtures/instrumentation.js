// Where Next applications initialize an SDK. Bundlers may give it a copy of the package other than the routes'.
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { default: Statsig } = await import('statsig-node-native');
  const { default: specs } = await import('./sample-project.json');
  await Statsig.initialize('secret-next', { bootstrapValues: JSON.stringify(specs), localMode: true });
}

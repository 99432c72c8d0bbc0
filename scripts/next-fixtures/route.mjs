// A route of an application; check-next.mjs writes it once per runtime.
import { StatsigServer } from 'statsig-node-native';
import specs from '../../sample-project.json';

export const runtime = 'RUNTIME';
export const dynamic = 'force-dynamic';

export async function GET() {
  const server = new StatsigServer('secret-next', { bootstrapValues: JSON.stringify(specs), localMode: true });
  await server.initializeAsync();
  const rider = { userID: 'u', email: 'u@pedal.example' };
  const answers = {
    engine: server.engineInfo().engine,
    gate: server.checkGate(rider, 'new_checkout'),
    unknown: server.checkGate(rider, 'unknown'),
    currency: server.getConfig(rider, 'tariff').get('currency', ''),
  };
  await server.shutdownAsync();
  return Response.json(answers);
}

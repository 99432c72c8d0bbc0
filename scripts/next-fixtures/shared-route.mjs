// A route that asks the instance which instrumentation.js initialized.
import Statsig from 'statsig-node-native';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

export async function GET() {
  const rider = { userID: 'u', email: 'u@pedal.example' };
  return Response.json({
    engine: Statsig.engineInfo().engine,
    gate: Statsig.checkGate(rider, 'new_checkout'),
    unknown: Statsig.checkGate(rider, 'unknown'),
    currency: Statsig.getConfig(rider, 'tariff').get('currency', ''),
  });
}

// CPU and bytes of 1,000 gate exposures by gzip level, and what the engines' encoding costs; run
// from the sources:
//   node --require tsx/cjs bench/events/levels.mjs
import { createRequire } from 'node:module';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const { selectEngine } = require('../../src/engine/select.ts');
const gzipAsync = promisify(gzip);
const rounds = 100;
const condition = {
  type: 'public',
  targetValue: null,
  operator: null,
  field: null,
  additionalValues: {},
  idType: 'userID',
};
const rule = {
  name: 'r',
  id: 'all',
  salt: 'r',
  passPercentage: 100,
  idType: 'userID',
  returnValue: true,
  conditions: [condition],
};
const names = Array.from({ length: 20 }, (_, i) => `gate_${i}`);
const feature_gates = names.map((name) => ({
  name,
  type: 'feature_gate',
  salt: name,
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  entity: 'feature_gate',
  rules: [rule],
}));
const payload = Buffer.from(
  JSON.stringify({
    has_updates: true,
    time: 1,
    feature_gates,
    dynamic_configs: [],
    layer_configs: [],
  }),
);
const user = (n) =>
  JSON.stringify({
    userID: `user-${n}`,
    email: `user-${n}@example.com`,
    country: 'US',
    appVersion: '1.2.3',
    locale: 'en_US',
    custom: { plan: 'pro', seats: n % 50 },
  });

async function cpuOf(work) {
  const before = process.cpuUsage();
  await work();
  const { user: own, system } = process.cpuUsage(before);
  return ((own + system) / 1000 / rounds).toFixed(2);
}

let sample;
for (const kind of ['native', 'wasm', 'js']) {
  const { engine } = selectEngine(kind);
  engine.setOptions({
    tier: null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 1e6,
    sdkType: 's',
    sdkVersion: 'v',
    sessionID: 'i',
  });
  const { handle } = await engine.prepareSpecs(payload);
  engine.commitSpecs(handle);
  engine.setDetails('Network', 1_700_000_000_000, 1_700_000_000_001);
  const indexes = names.map((name) => engine.specIndex(0, name));
  const recorded = await cpuOf(async () => {
    for (let n = 0; n < (rounds * 1000) / 20; n++) {
      engine.setUser(n % 1000, user(n), '', '');
      for (const index of indexes) engine.evaluate(n % 1000, index, 1, 1_700_000_000_002 + n);
    }
  });
  const bodies = [];
  const cpu = await cpuOf(async () => {
    while (engine.pendingEvents() > 0)
      bodies.push((await engine.takeBatch('{"events":[', ']}', 1000)).body);
  });
  sample ??= bodies;
  console.log(
    `${kind}: checks that record 1,000 exposures of 50 new users ${recorded} ms CPU, encoding them ${cpu} ms, ${bodies[0].length} bytes`,
  );
  engine.dispose();
}
for (const level of [1, 2, 3, 4, 6]) {
  let bytes = 0;
  const cpu = await cpuOf(async () => {
    for (const body of sample) bytes += (await gzipAsync(body, { level })).length;
  });
  console.log(
    `gzip level ${level}: ${cpu} ms CPU, ${Math.round(bytes / sample.length)} bytes per 1,000`,
  );
}

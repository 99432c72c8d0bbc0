// A first idea of the cost of a check. `npm run bench` measures properly, against other SDKs.

const roundMs = 60;

/** Median over rounds of the mean ns per call within a round. */
function nsPerCall(call) {
  for (let i = 0; i < 2_000; i += 1) call(i);
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    const end = performance.now() + roundMs;
    const start = process.hrtime.bigint();
    let calls = 0;
    while (performance.now() < end) {
      for (let i = 0; i < 500; i += 1) call(calls + i);
      calls += 500;
    }
    rounds.push(Number(process.hrtime.bigint() - start) / calls);
  }
  return Math.round(rounds.sort((a, b) => a - b)[2]);
}

/**
 * ns per checkGate: of a user asked before, exposures on; of new ones, exposures off, who are asked
 * about every gate, as in a request, or about one alone.
 */
function measure(statsig, user) {
  const gates = statsig.getFeatureGateList();
  let sameGate = 0;
  const warm = nsPerCall(() => statsig.checkGate(user, gates[sameGate++ % gates.length]));
  const quiet = { disableExposureLogging: true };
  const newcomer = (i) => ({ ...user, userID: `${user.userID}-${i}` });
  let someone = null;
  const every = nsPerCall((i) => {
    if (someone === null || i % gates.length === 0) someone = newcomer(i);
    return statsig.checkGate(someone, gates[i % gates.length], quiet);
  });
  const single = nsPerCall((i) => statsig.checkGate(newcomer(-i), gates[i % gates.length], quiet));
  return { warm, every, single };
}

/** statsig-node against the same server; null where it is not installed. */
async function measureOther(api, user) {
  const installed = await import('statsig-node').catch(() => null);
  if (installed === null) return null;
  const other = new installed.default.StatsigServer('secret-quickstart', { api });
  try {
    await other.initializeAsync();
    return measure(other, user);
  } finally {
    await other.shutdownAsync();
  }
}

/** Prints ns per check, next to statsig-node's where that is installed. */
export async function printNumbers(statsig, user, api) {
  const gates = statsig.getFeatureGateList().length;
  if (gates === 0) return console.log('\nNo gates to measure.');
  const own = measure(statsig, user);
  const other = await measureOther(api, user);
  const row = (label, key) => {
    const rest = other === null ? '' : `${String(other[key]).padStart(14)}`;
    const times = other === null ? '' : `${(other[key] / own[key]).toFixed(1).padStart(7)}×`;
    console.log(`  ${label.padEnd(30)}${String(own[key]).padStart(8)}${rest}${times}`);
  };
  console.log(`\nns per checkGate, over ${gates} gates`);
  console.log(`  ${''.padEnd(30)}    here${other === null ? '' : '  statsig-node'}`);
  row('a user asked before', 'warm');
  row('every gate of a new user', 'every');
  row('one gate of a new user', 'single');
}

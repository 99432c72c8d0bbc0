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

/** A sentence or two about ns per checkGate, exposure logging included. */
export function measure(statsig, user) {
  const gates = statsig.getFeatureGateList();
  if (gates.length === 0) return 'No gates to measure.';
  let sameGate = 0;
  const warm = nsPerCall(() => statsig.checkGate(user, gates[sameGate++ % gates.length]));
  const fresh = nsPerCall((i) =>
    statsig.checkGate({ ...user, userID: `${user.userID}-${i}` }, gates[i % gates.length], {
      disableExposureLogging: true,
    }),
  );
  return `\n${warm} ns per checkGate of one user over ${gates.length} gates; ${fresh} ns for a user never seen, object included (no exposure).`;
}

// When shutdownAsync resolves with 100,000 events queued on a healthy server, have 100,000 arrived?
//   node bench/events/shutdown.mjs [--events 100000] [--sdks native,wasm,js,statsig-node]
import { argument, startChild, startSink } from './start.mjs';

const events = Number(argument('events', '100000'));
let failures = 0;
for (const sdk of argument('sdks', 'native,wasm,js,statsig-node').split(',')) {
  const sink = await startSink();
  await sink.fault({ keep: true });
  const isRival = sdk === 'statsig-node';
  const task = {
    sdk: isRival ? sdk : 'ours',
    engine: sdk,
    url: sink.url,
    what: 'deliver',
    events,
    waitMs: 0,
    shutdownMs: undefined,
  };
  const { result, child } = startChild({ ...task, telling: true });
  // Asked the moment shutdownAsync resolved, before the process ends.
  const arrived = await new Promise((resolve) =>
    child.on(
      'message',
      ({ result: told }) =>
        told &&
        resolve(
          sink.ask().then(({ arrived: count, duplicates, wireBytes }) => ({
            count,
            duplicates,
            wireBytes,
          })),
        ),
    ),
  );
  const told = await result;
  sink.stop();
  const isComplete = arrived.count === events && arrived.duplicates === 0;
  if (!isRival && !isComplete) failures++;
  console.log(
    `${sdk}: ${events} queued, ${arrived.count} arrived when shutdownAsync resolved after ${told.shutdownMs} ms, ${arrived.duplicates} twice, ${(arrived.wireBytes / 1e6).toFixed(1)} MB on the wire; report ${JSON.stringify(told.report)}`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;

// RSS over time while 2,000,000 checks by 200,000 distinct users log exposures against a dead
// endpoint.
//   node bench/events/memory.mjs [--checks 2000000] [--users 200000] [--sdks native,js] [--bound 256] [--after 20]
import { argument, startChild, startSink } from './start.mjs';

const checks = Number(argument('checks', '2000000'));
const users = Number(argument('users', '200000'));
/** MB above the start. */
const bound = Number(argument('bound', '256'));
let failures = 0;
for (const sdk of argument('sdks', 'native,js').split(',')) {
  const sink = await startSink();
  const task = {
    sdk: sdk === 'statsig-node' || sdk === 'core' ? sdk : 'ours',
    engine: sdk,
    url: sink.url,
    what: 'memory',
    checks,
    users,
    reportEvery: checks / 10,
    afterSeconds: Number(argument('after', '20')),
  };
  const { result, child } = startChild(task);
  let first = 0;
  let highest = 0;
  child.on('message', ({ rss }) => {
    if (!rss) return;
    first ||= rss.mb;
    highest = Math.max(highest, rss.mb);
    if (rss.checks === 0) void sink.down();
    console.log(
      `${sdk}: ${String(rss.checks).padStart(8)} checks${rss.idleSeconds ? ` and ${rss.idleSeconds} s` : ''}: RSS ${rss.mb} MB${rss.stats ? `; queued ${rss.stats.queued}, dropped ${rss.stats.dropped}` : ''}`,
    );
  });
  const told = await result;
  sink.stop();
  const isOurs = task.sdk === 'ours';
  const accounted = isOurs ? told.stats.queued + told.stats.dropped + told.stats.delivered : 0;
  const isFine =
    !isOurs || (Math.max(told.peakMb, highest) - first <= bound && accounted === checks + 1);
  if (!isFine) failures++;
  console.log(
    `${sdk}: start ${first} MB, peak ${told.peakMb} MB, end ${told.rss} MB; bound ${bound} MB above the start: ${isOurs ? (isFine ? 'kept' : 'NOT KEPT') : 'no bound'}${isOurs ? `; ${accounted} of ${checks} + 1 events are queued, delivered or counted as dropped` : ''}`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;

// Load for the rows of a service: node load.mjs <url> <seconds>; the result goes to the parent.
import autocannon from 'autocannon';

const [url, seconds] = process.argv.slice(2);
const { requests, latency, duration, errors, non2xx } = await autocannon({
  url,
  connections: 8,
  duration: Number(seconds),
});
if (errors + non2xx > 0) throw new Error(`${errors} errors, ${non2xx} answers that are none`);
process.send({ total: requests.total, seconds: duration, p50: latency.p50, p99: latency.p99 }, () =>
  process.exit(0),
);

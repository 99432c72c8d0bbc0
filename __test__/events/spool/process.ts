/**
 * One process of `processes.test.ts`: logs events and delivers them to the parent's server, until
 * it is killed or done. Arguments: directory, key, URL, number of batches (0: it only takes over).
 * Says `ready` when it begins and `ended {report}` when it has shut down.
 */
import type { EventUpload } from '../../../src/events/sender';
import { NetworkError } from '../../../src/network/network-error';
import { delivery } from '../source';
import { open } from './support';

const [directory = '', secretKey = '', url = '', batches = '0'] = process.argv.slice(2);
const spool = open(directory, { secretKey });
const pending: string[] = [];
let next = 0;

async function upload({ body, signal }: EventUpload): Promise<void> {
  const headers = { 'x-key': secretKey };
  const answer = await fetch(url, { method: 'POST', body, headers, signal }).catch(
    (error: unknown) => {
      throw new NetworkError('network', String(error));
    },
  );
  if (!answer.ok) throw new NetworkError('status', 'refused', answer.status);
}

function takeBatchNow(most: number): { count: number; body: Uint8Array; isGzipped: boolean } {
  const taken = pending.splice(0, most);
  return { count: taken.length, body: Buffer.from(JSON.stringify(taken)), isGzipped: false };
}

const events = delivery({ pending: () => pending.length } as never, {
  takeBatch: async (most) => takeBatchNow(most),
  takeBatchNow,
  pending: () => pending.length,
  upload,
  spool,
  intervalMs: 50,
  maxBatchEvents: 5,
  retryLimit: 0,
});

async function logBatch(): Promise<void> {
  for (let i = 0; i < 5; i++) pending.push(`${secretKey} ${process.pid} ${next++}`);
  events.batchReady();
  await new Promise((resolve) => setTimeout(resolve, 2));
}

async function main(): Promise<void> {
  events.start();
  process.stdout.write('ready\n');
  for (let batch = 0; batch < Number(batches); batch++) await logBatch();
  if (batches === '0') await events.flush({ timeoutMs: 20_000 });
  const { kept } = await events.shutdown(batches === '0' ? 10_000 : 300);
  process.stdout.write(`ended ${JSON.stringify({ kept, dropped: events.counters().dropped })}\n`);
}

void main();

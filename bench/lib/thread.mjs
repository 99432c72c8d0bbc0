// A worker thread of rows/workers.mjs: makes a client, asks it once and stays.
import { parentPort, workerData } from 'node:worker_threads';

const { file, context, user, gate } = workerData;
if (file !== null) {
  const adapter = await import(file);
  const client = await adapter.create(adapter.load(), context);
  client.gate(client.user(user), gate);
  globalThis.client = client;
}
globalThis.gc?.();
parentPort.on('message', () => undefined);
parentPort.postMessage('ready');

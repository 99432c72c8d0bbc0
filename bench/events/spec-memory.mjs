// What an engine takes for each byte of a payload, beside the payload itself: the figures in
// src/runtime/health.ts.
//   node bench/events/spec-memory.mjs [--project specs5mb] [--instances 4]
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { text } from '../payloads/index.mjs';
import { argument } from './start.mjs';

const project = argument('project', 'specs5mb');
const instances = Number(argument('instances', '4'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(engine) {
  const { StatsigServer } = createRequire(import.meta.url)('../../dist/index.js');
  const quiet = { warn() {}, error() {}, logLevel: 'none' };
  const settled = async () => {
    for (let i = 0; i < 4; i++) {
      globalThis.gc();
      await sleep(200);
    }
    return process.memoryUsage().rss;
  };
  const bootstrapValues = text(project, 1);
  const make = async () => {
    const sdk = new StatsigServer('secret-memory', {
      engine,
      localMode: true,
      bootstrapValues,
      logger: quiet,
    });
    await sdk.initializeAsync();
    return sdk;
  };
  const all = [await make()];
  const before = await settled();
  for (let i = 0; i < instances; i++) all.push(await make());
  const each = ((await settled()) - before) / instances;
  const bytes = Buffer.byteLength(bootstrapValues);
  process.send({
    engine,
    bytes,
    each: Math.round(each),
    beside: Math.round((each / bytes - 1) * 100) / 100,
    told: all[0].health().memory.specBytes,
  });
}

const engine = argument('engine', '');
if (engine !== '') {
  await measure(engine);
  process.exit(0);
}
for (const kind of ['native', 'wasm', 'js']) {
  const child = fork(
    fileURLToPath(import.meta.url),
    ['--engine', kind, '--project', project, '--instances', String(instances)],
    { execArgv: ['--expose-gc'] },
  );
  const told = await new Promise((resolve) => child.once('message', resolve));
  console.log(
    `${kind}: ${told.bytes} bytes as JSON take ${told.each}, which is ${told.beside} for each byte beside the payload; health() says ${told.told}`,
  );
}

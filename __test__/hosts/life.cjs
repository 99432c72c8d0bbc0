// The lives of lives.cjs under one setup of setups.cjs, as JSON.
//   node life.cjs <setup> before|after <engine>,<engine>…
'use strict';
const path = require('node:path');
const { lives, service } = require('./lives.cjs');
const setups = require('./setups.cjs');

const [, , name, when, engines] = process.argv;
const realTimeout = setTimeout;
const dist = path.join(__dirname, '../../dist');
/** A time that an application sets is over at once where timers are. */
const patience = name === 'timers that fire at once' ? undefined : 10_000;

(async () => {
  const server = await service();
  const api = name.endsWith('no network')
    ? undefined
    : `http://127.0.0.1:${server.address().port}/v1`;
  const late = realTimeout(() => {
    console.log('did not settle');
    process.exit(1);
  }, 60_000);
  if (when === 'before') setups[name]();
  const { StatsigServer } = require(dist);
  const { MemoryDataAdapter } = require(path.join(dist, 'storage/memory-adapter'));
  if (when === 'after') setups[name]();
  const facts = {};
  for (const engine of engines.split(','))
    facts[engine] = await lives(engine, { StatsigServer, MemoryDataAdapter, api, patience });
  console.log(JSON.stringify(facts));
  clearTimeout(late);
  process.exit(0);
})().catch((error) => {
  console.log(error.stack);
  process.exit(1);
});

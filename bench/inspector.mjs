// How soon the inspector's page is there on a project of many specs, in headless Chromium: first paint, beside that of a page of one word
// (what the machine takes at that moment), the list, a search, the longest task while the list is scrolled to its end, and how soon a
// change of the payload is seen and the longest task then. Medians of fresh pages; the first meets a server that nobody asked before.
//   node bench/inspector.mjs [--specs 3000] [--rounds 7]      after npm run build
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { ofSpecs } from './payloads/index.mjs';
import { median } from './lib/stats.mjs';

const require = createRequire(import.meta.url);
const { find } = require('../scripts/lib/programs.cjs');
const { createLocalServer } = require('../dist/local-server/index.js');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    specs: { type: 'string', default: '3000' },
  },
});
const specs = ofSpecs(Number(values.specs));

const paintOf = (page) =>
  page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);

/** First paint of a page of one word, ms. */
async function wordMs(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto('data:text/html,<p>word');
  await page.waitForFunction(
    () => performance.getEntriesByName('first-contentful-paint').length > 0,
  );
  const ms = await paintOf(page);
  await context.close();
  return ms;
}

/** Of one page that nobody has seen before, ms. */
async function opened(browser, url) {
  const blankMs = await wordMs(browser);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  // The page tells by itself when its list is there: asked before, it would run scripts of Playwright's while it should paint.
  await page.addInitScript(() => {
    window.longest = 0;
    const observer = new MutationObserver(() => {
      if (document.querySelector('.lines a') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => console.debug(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        window.longest = Math.max(window.longest, duration);
    }).observe({ type: 'longtask' });
  });
  const told = page.waitForEvent('console');
  await page.goto(url, { waitUntil: 'commit' });
  const listMs = Number((await told).text());
  const paintMs = await paintOf(page);
  const loadTaskMs = await page.evaluate(() => window.longest);
  await page.evaluate(() => (window.longest = 0));
  const search = performance.now();
  await page.getByLabel('Search flags').fill('99');
  await page.waitForFunction(
    () => !/^(\d+) of \1$/.test(document.querySelector('.count').textContent),
  );
  const searchMs = performance.now() - search;
  await page.getByLabel('Search flags').fill('');
  await page.evaluate(async () => {
    const list = document.querySelector('.list');
    const box = list.scrollHeight > list.clientHeight ? list : document.scrollingElement;
    for (let last = -1; box.scrollTop !== last; ) {
      last = box.scrollTop;
      box.scrollBy(0, 4_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  const lines = await page.locator('.lines a').count();
  const scrollTaskMs = await page.evaluate(() => window.longest);
  await page.evaluate(() => (window.longest = 0));
  const [gate] = specs.feature_gates;
  specs.feature_gates.unshift({ ...gate, name: `added_${++changes}` });
  specs.time += 1;
  const update = performance.now();
  server.setSpecs(specs);
  const count =
    specs.feature_gates.length + specs.dynamic_configs.length + specs.layer_configs.length;
  await page.locator('.list .count', { hasText: `of ${count}` }).waitFor({ state: 'attached' });
  const updateMs = performance.now() - update;
  const updateTaskMs = await page.evaluate(() => window.longest);
  // Whom the change moves is still being found out, on this core: the next page should meet a server at rest.
  await page.locator('nav .badge').waitFor({ state: 'attached' });
  await context.close();
  return {
    ...{ blankMs, paintMs, listMs, searchMs, loadTaskMs, scrollTaskMs, lines },
    ...{ updateMs, updateTaskMs },
  };
}

let changes = 0;
const server = await createLocalServer({ specs });
const browser = await chromium.launch({
  executablePath: String(find('chromium')),
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) rounds.push(await opened(browser, server.url));
await browser.close();
await server.close(0);
for (const name of Object.keys(rounds[0])) {
  const list = rounds.map((round) => round[name] ?? NaN);
  const [low, high] = [Math.min(...list), Math.max(...list)].map((n) => n.toFixed(0));
  console.log(`${name.padEnd(14)} ${median(list).toFixed(0).padStart(6)}  (${low} – ${high})`);
}

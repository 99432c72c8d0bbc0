/** The page in a real browser: on the local server, and mounted in an application. */
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { StatsigServer } from '../../src/api/statsig';
import { createInspector } from '../../src/inspector';
import { createLocalServer } from '../../src/local-server';
import { TESTED_ENGINES } from '../engines';
import { needs } from '../needs';
import { launch } from './browser';
import { payload, serve, TOKEN } from './support';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const ada = '{"userID":"ada","custom":{"city":"Utrecht"}}';
const eva = '{"userID":"eva"}';

interface Opened {
  page: Page;
  /** Errors and messages of the console, but those of a token that was refused. */
  said(): string[];
}

async function open(t: ExecutionContext, url: string, phone = false): Promise<Opened> {
  const browser = await launch();
  t.teardown(() => browser.close());
  const viewport = phone ? { width: 390, height: 844 } : { width: 1200, height: 800 };
  const page = await browser.newPage({ viewport, colorScheme: phone ? 'dark' : 'light' });
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(error.message));
  page.on('console', (message) => said.push(message.text()));
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return { page, said: () => said.filter((text) => !/401/.test(text)) };
}

/** What axe finds that is serious. It is given to the debugger, which no policy holds back. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    interface Violation {
      id: string;
      impact: string;
      nodes: { html: string }[];
    }
    const { violations } = await tool.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

async function evaluate(page: Page, user: string, value: string): Promise<void> {
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByRole('button', { name: 'Evaluate' }).click();
  await page.locator('.answer .result', { hasText: value }).waitFor();
}

needs('chromium')('an address that leads nowhere is that of the flags', async (t) => {
  const server = await createLocalServer({ specs: payload() as Record<string, unknown> });
  t.teardown(() => server.close(0));
  const { page, said } = await open(t, `${server.url}#flag/gate/%`);
  await page.getByRole('link', { name: /bike_lanes/ }).waitFor();
  await page.goto(`${server.url}#nowhere`);
  await page.getByRole('link', { name: 'Flags', exact: true }).waitFor();
  t.is(await page.locator('[aria-current=page]').innerText(), 'Flags');
  t.deepEqual(said(), []);
});

needs('chromium')('the frame is painted before anything is asked, and stays', async (t) => {
  const specs = payload() as Record<string, unknown>;
  const server = await createLocalServer({ specs });
  t.teardown(() => server.close(0));
  for (const isPhone of [false, true]) {
    const { page, said } = await open(t, 'about:blank', isPhone);
    await page.addInitScript(`
      window.seen = { shift: 0 };
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) seen.shift += value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/page.js', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(server.url, { waitUntil: 'commit' });
    await page.getByLabel('Search flags').waitFor();
    await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0');
    await page.evaluate('seen.frame = document.querySelectorAll("header, nav, main, input")');
    goOn();
    await page.getByRole('link', { name: /bike_lanes/ }).waitFor();
    await page.locator('.state .tag', { hasText: 'live' }).waitFor();
    // The same elements, at the same places.
    t.true(await page.evaluate('[...seen.frame].every((one) => one.isConnected)'));
    t.is(await page.evaluate('document.querySelectorAll("header, nav, main, input").length'), 4);
    t.true(Number(await page.evaluate('seen.shift')) < 0.01);
    t.deepEqual(said(), []);
  }
});

/** The quickest engine that is built here, and the one that is always there. */
const [quickest] = TESTED_ENGINES;
for (const engine of new Set([quickest!, 'js' as const]))
  needs('chromium', test.serial)(
    `the local server on ${engine}: search, evaluate, override, event, payload diff`,
    async (t) => {
      t.timeout(120_000);
      // The local server's instances are its own: the environment says on what.
      const { STATSIG_ENGINE: before } = process.env;
      process.env['STATSIG_ENGINE'] = engine;
      t.teardown(() => {
        if (before === undefined) delete process.env['STATSIG_ENGINE'];
        else process.env['STATSIG_ENGINE'] = before;
      });
      const server = await createLocalServer({ specs: payload() as Record<string, unknown> });
      t.teardown(() => server.close(0));
      const statsig = new StatsigServer('secret-local', {
        api: server.api,
        disableDiagnostics: true,
        disableRulesetsSync: true,
      });
      await statsig.initializeAsync();
      t.teardown(() => statsig.shutdownAsync(500));
      const { page } = await open(t, server.url);

      await page.locator('.state .tag', { hasText: new RegExp(`^${engine}$`) }).waitFor();
      await page.getByLabel('Search flags').fill('lane');
      await page.getByRole('link', { name: /bike_lanes/ }).click();
      await page.getByRole('heading', { name: 'bike_lanes' }).waitFor();
      t.regex(await page.locator('.rules').innerText(), /city.*Utrecht/);
      await evaluate(page, eva, 'false');
      await evaluate(page, ada, 'true');
      const tree = page.locator('.tree');
      t.regex(await tree.innerText(), /bike_lanes[^]*cities[^]*applies[^]*city[^]*Utrecht/);

      // An SDK that is connected gets the override with its next sync, and its event says so.
      t.false(statsig.checkGate({ userID: 'eva' }, 'bike_lanes'));
      await page.getByRole('button', { name: 'Set true' }).click();
      await page.getByText('for everybody').waitFor();
      await evaluate(page, eva, 'true');
      await page.locator('.answer code', { hasText: 'inspector_override' }).waitFor();
      await statsig.syncStoreSpecs();
      t.true(statsig.checkGate({ userID: 'eva' }, 'bike_lanes'));
      await statsig.flush();
      await page.getByRole('link', { name: 'Events' }).click();
      await page.locator('.event-lines .about', { hasText: 'inspector_override' }).waitFor();
      await page.getByLabel('Filter events').fill('inspector_override');
      t.is(await page.locator('.event-lines > li').count(), 1);
      t.deepEqual(await serious(page), []);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByText('None yet').waitFor();

      server.setSpecs(payload(true, 5_000) as Record<string, unknown>);
      await page.getByRole('link', { name: /^Changes/ }).click();
      const changed = page.locator('.changed > li', { hasText: 'rule cities' }).first();
      await changed.waitFor();
      t.regex(await changed.innerText(), /everyone/);
      t.deepEqual(await serious(page), []);
    },
  );

needs('chromium')(
  'a long list is drawn where it is looked at, and stays when the payload changes',
  async (t) => {
    t.timeout(120_000);
    const many = (isEverywhere: boolean, more: string[], time: number): Record<string, unknown> => {
      const base = payload(isEverywhere, time) as { feature_gates: { name: string }[] };
      const [gate] = base.feature_gates;
      const names = Array.from({ length: 2_000 }, (_, i) => `flag_${String(i).padStart(4, '0')}`);
      const added = [...more, ...names].map((name) => ({ ...gate!, name }));
      return { ...base, feature_gates: [...base.feature_gates, ...added] };
    };
    const server = await createLocalServer({ specs: many(false, [], 1_000) });
    t.teardown(() => server.close(0));
    const { page, said } = await open(t, server.url);
    const lines = page.locator('.lines a');
    await lines.first().waitFor();
    t.true((await lines.count()) < 300);
    await page.locator('.list').evaluate((list) => list.scrollTo(0, 30_000));
    const first = page.locator('.lines a', { hasText: /^flag_0[78]/ }).first();
    await first.waitFor();
    t.true((await lines.count()) < 300);
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    const last = page.getByRole('link', { name: /flag_1999/ });
    await last.click();
    await page.getByRole('heading', { name: 'flag_1999' }).waitFor();
    // Who hears the page is told how long the list is.
    t.is(await last.locator('..').getAttribute('aria-posinset'), '2002');
    await evaluate(page, eva, 'false');
    const user = page.getByLabel('User', { exact: true });
    const half = '{"userID":"half a';
    await user.fill(half);
    const scrolled = await page.locator('.list').evaluate((list) => list.scrollTop);
    t.true(scrolled > 60_000, `${scrolled}`);

    server.setSpecs(many(true, ['a_new_one'], 5_000));
    await page.locator('.list .count', { hasText: 'of 2006' }).waitFor();
    await page.locator('.answer .result', { hasText: 'true' }).waitFor();
    t.is(await user.inputValue(), half);
    t.is(await page.locator('#user-json:focus').count(), 1);
    t.is(await last.getAttribute('aria-current'), 'true');
    t.is(await last.locator('..').getAttribute('aria-posinset'), '2003');
    t.is(await page.locator('.list').evaluate((list) => list.scrollTop), scrolled);
    t.true((await lines.count()) < 300);

    // What is searched is looked at from its beginning.
    await page.getByLabel('Search flags').fill('flag_00');
    await page.getByRole('link', { name: /flag_0000/ }).waitFor();
    t.deepEqual(await serious(page), []);
    t.deepEqual(said(), []);
  },
);

needs('chromium')('an application: token, no toggles, on a phone, by keyboard', async (t) => {
  t.timeout(120_000);
  const statsig = new StatsigServer('secret-app', {
    localMode: true,
    bootstrapValues: payload(),
  });
  await statsig.initializeAsync();
  t.teardown(() => statsig.shutdownAsync(500));
  const inspector = createInspector(statsig, { token: TOKEN, basePath: '/_statsig' });
  t.teardown(() => inspector.close());
  const url = await serve(t, inspector);
  const { page, said } = await open(t, `${url}/_statsig`, true);

  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByLabel('Token').fill(TOKEN);
  t.deepEqual(await serious(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /bike_lanes/ }).waitFor();
  t.deepEqual(await serious(page), []);

  await page.keyboard.press('/');
  await page.keyboard.type('checkout');
  t.is(await page.locator('.lines a').count(), 1);
  await page.getByRole('link', { name: /new_checkout/ }).press('Enter');
  await page.getByRole('button', { name: 'Evaluate' }).waitFor();
  t.is(await page.getByRole('button', { name: 'Set true' }).count(), 0);
  await evaluate(page, ada, 'true');
  t.deepEqual(await serious(page), []);
  const width = await page.evaluate('document.documentElement.scrollWidth');
  t.true(Number(width) <= 390, `${width}`);

  t.true(Number(await page.evaluate('scrollTo(0, 400), scrollY')) > 0);
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByText('Config specs from').waitFor();
  t.is(await page.evaluate('scrollY'), 0);
  await page.getByRole('link', { name: 'Client values' }).click();
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('region', { name: 'Client-initialize response' }).waitFor();
  t.deepEqual(await serious(page), []);
  t.deepEqual(said(), []);
});

needs('chromium')(
  'names and values that are markup stay text; half a pair breaks nothing',
  async (t) => {
    const markup = '"><img src=x onerror="document.title=1"><script>document.title=2</script>';
    const half = 'half \ud800 pair';
    const base = payload() as {
      feature_gates: { name: string; salt: string }[];
      dynamic_configs: object[];
    };
    const [gate] = base.feature_gates;
    const specs = {
      ...base,
      feature_gates: [
        ...base.feature_gates,
        { ...gate!, name: markup, salt: markup },
        { ...gate!, name: half },
      ],
      dynamic_configs: [
        ...base.dynamic_configs,
        { ...gate!, name: 'values', defaultValue: { [markup]: markup }, entity: markup },
      ],
    };
    const server = await createLocalServer({ specs: specs as unknown as Record<string, unknown> });
    t.teardown(() => server.close(0));
    const { page, said } = await open(t, server.url);
    await page.getByRole('link', { name: /half/ }).click();
    await page.getByRole('link', { name: /^"><img/ }).click();
    await page.getByRole('heading', { name: markup }).waitFor();
    await evaluate(page, JSON.stringify({ userID: markup, custom: { city: markup } }), 'false');
    await page.getByRole('link', { name: /^values/ }).click();
    await page.locator('.otherwise').waitFor();
    await evaluate(page, eva, 'onerror');
    t.is(await page.title(), 'Statsig inspector');
    t.is(await page.locator('img').count(), 0);
    t.deepEqual(
      said().filter((text) => !/404/.test(text)),
      [],
    );
  },
);

/** Headless Chromium (see scripts/lib/programs.cjs) that tests click through pages with. */
import { chromium, type Browser } from 'playwright-core';
import { find } from '../../scripts/lib/programs.cjs';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: String(find('chromium')),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });

/**
 * Entry of the page that headless Chromium loads: boots the client with the values that stand in
 * the page.
 */
import { StatsigClient } from '@statsig/js-client';
import { see, type Names } from './client-run';

declare const window: { boot: { user: Record<string, unknown>; values: object; names: Names } };
declare function fetch(url: string, init: object): Promise<unknown>;

const { user, values, names } = window.boot;
void see(StatsigClient, user, JSON.stringify(values), names)
  .then(JSON.stringify, (error: Error) => JSON.stringify({ error: String(error.stack) }))
  .then((body) => fetch('/seen', { method: 'POST', body }));

/** Headless Chromium (see scripts/lib/programs.cjs) on a page served from loopback. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../../scripts/lib/programs.cjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Loads a page and answers what it posts to `/seen`. `files`: path → [type, body]. */
export async function load(
  files: Record<string, [string, string]>,
  timeoutMs: number,
): Promise<string> {
  let done: (body: string) => void = () => undefined;
  const posted = new Promise<string>((resolve) => {
    done = resolve;
  });
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (request.method === 'POST' && request.url === '/seen') {
      const parts: Buffer[] = [];
      request
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          response.end();
          done(Buffer.concat(parts).toString());
        });
    } else if (file !== undefined) {
      response.setHeader('content-type', file[0]).end(file[1]);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(
    String(find('chromium')),
    [...FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-port=0', url],
    { stdio: 'ignore', detached: true },
  );
  const exited = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    browser.once('error', reject);
    setTimeout(
      () => reject(new Error(`Chromium said nothing for ${timeoutMs} ms.`)),
      timeoutMs,
    ).unref();
  });
  try {
    return await Promise.race([posted, failed]);
  } finally {
    // The whole group: renderers outlive the browser, and would go on writing to the profile.
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await exited;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Runs a command as the command line does, and what it wrote. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { main } from '../../src/cli/main';

export const sample = join(__dirname, '../../testdata/payloads/sample-project.json');

/** What a command line gave. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Without a terminal: no colours, no width, no progress. */
export async function run(...args: string[]): Promise<Ran> {
  return runAt(Number.POSITIVE_INFINITY, args);
}

/** As on a terminal of so many columns. */
export async function runAt(width: number, args: string[]): Promise<Ran> {
  const [out, err]: string[][] = [[], []];
  const code = await main(args, {
    width,
    line: (text = '') => out!.push(text),
    error: (text) => err!.push(text),
    progress: () => undefined,
    paint: (_, text) => text,
  });
  return { code, out: out!.join('\n'), err: err!.join('\n') };
}

/** A service on loopback until the test is over; its address. */
export async function service(
  t: ExecutionContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

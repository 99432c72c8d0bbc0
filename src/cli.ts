#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { createLocalServer } from './local-server';
import type { LocalServer } from './local-server';

const usage = `usage: statsig-node-native serve --specs FILE [--port N] [--id-lists DIR] [--host ADDRESS] [--allow-host NAME]

Serves a project to Statsig server SDKs on this machine and shows the events they send.
  --specs FILE       payload as download_config_specs returns it; served again when it changes
  --port N           default 4470
  --id-lists DIR     NAME.txt: one unit ID per line; NAME.lines: the wire text
  --host ADDRESS     default 127.0.0.1
  --allow-host NAME  another name that clients may call it by; may be repeated
`;

interface ServeArguments {
  specsFile: string;
  port: number;
  host: string;
  idListsDirectory?: string;
  allowedHosts: string[];
}

/** Reads the command line; a sentence when it makes no sense. */
function parse(args: string[]): ServeArguments | string {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        specs: { type: 'string' },
        port: { type: 'string', default: '4470' },
        'id-lists': { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'allow-host': { type: 'string', multiple: true, default: [] },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  if (positionals.length !== 1 || positionals[0] !== 'serve') return 'the command is `serve`';
  if (values.specs === undefined) return '--specs FILE is missing';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return `--port ${values.port} is no port`;
  const { specs: specsFile, host = '127.0.0.1', 'id-lists': idListsDirectory, 'allow-host': allowedHosts = [] } = values;
  return { specsFile, port, host, idListsDirectory, allowedHosts };
}

function closeOnSignal(server: LocalServer): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log(`\n${server.events().length} events had arrived.`);
      void server.close();
    });
  }
}

async function serve(args: ServeArguments): Promise<void> {
  const server = await createLocalServer({ ...args, log: (message) => console.log(message) });
  console.log(`Serving ${args.specsFile} on ${server.url}`);
  console.log(`SDK option: { api: '${server.api}' }, with any key that begins with secret-`);
  console.log(`What arrived: ${server.url}/ in a browser, ${server.url}/_events as JSON. Ctrl-C ends it.`);
  closeOnSignal(server);
}

function main(): void {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') {
    process.stdout.write(usage);
    return;
  }
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  serve(parsed).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

main();

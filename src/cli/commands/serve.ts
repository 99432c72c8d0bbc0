import { createLocalServer } from '../../local-server';
import type { LocalServer } from '../../local-server';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { unreadable } from '../files';

export const serve: Command = {
  summary: 'serve a project to SDKs on this machine, with an inspector',
  usage: `--specs FILE [--port N] [--id-lists DIR]
       [--host ADDRESS] [--allow-host NAME] [--json]

  --specs FILE       payload as download_config_specs returns it; served again
                     when it changes
  --port N           default 4470; 0 takes a free one
  --id-lists DIR     NAME.txt: one unit ID per line; NAME.lines: the wire text
  --host ADDRESS     default 127.0.0.1
  --allow-host NAME  another name that clients may call it by; may be repeated
  --json             a line of JSON with its addresses, for programs`,
  options: {
    specs: { type: 'string' },
    port: { type: 'string', default: '4470' },
    'id-lists': { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    'allow-host': { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean' },
  },
  async run({ text, texts, has }, output) {
    const specsFile = text('specs');
    const say = (message: string): void =>
      has('json') ? output.error(message) : output.line(message);
    if (specsFile === undefined) throw new UsageError('--specs FILE is missing');
    const port = Number(text('port'));
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError(`--port ${text('port')} is no port`);
    const server = await createLocalServer({
      specsFile,
      port,
      host: text('host') ?? '127.0.0.1',
      idListsDirectory: text('id-lists'),
      allowedHosts: texts('allow-host'),
      log: say,
    }).catch((error: unknown) => refused(error, port, specsFile));
    const { url, api } = server;
    if (has('json')) output.line(JSON.stringify({ url, api, events: `${url}/_events` }));
    else print(specsFile, server, output);
    closeOnSignal(server, say);
    return EXIT.ok;
  },
};

function refused(error: unknown, port: number, file: string): never {
  const { code, path, syscall = '' } = error as NodeJS.ErrnoException;
  // To read a folder is an error without a path.
  if (/^(open|stat|read|scandir)/.test(syscall)) unreadable(path ?? file, error);
  if (code !== 'EADDRINUSE') throw error;
  throw new Error(`port ${port} is taken; --port 0 takes a free one`);
}

function print(file: string, { url, api }: LocalServer, output: Output): void {
  output.line(`Serving ${file} on ${url}`);
  output.line(`  inspector   open ${output.paint('bold', `${url}/`)} in a browser`);
  output.line(`  SDK option  { api: '${api}' }, any key that begins with secret-`);
  output.line(`  events      ${url}/_events as JSON`);
  output.line('Ctrl-C ends it.');
}

function closeOnSignal(server: LocalServer, say: (message: string) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say(`\n${server.events().length} events had arrived.`);
      void server.close();
    });
  }
}

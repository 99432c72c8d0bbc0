import { createLocalServer } from '../../local-server';
import type { LocalServer } from '../../local-server';
import { EXIT, UsageError, type Command, type Output } from '../command';

export const serve: Command = {
  summary: 'serve a project to Statsig server SDKs on this machine, and show the events they send',
  usage: `--specs FILE [--port N] [--id-lists DIR] [--host ADDRESS] [--allow-host NAME]

  --specs FILE       payload as download_config_specs returns it; served again when it changes
  --port N           default 4470
  --id-lists DIR     NAME.txt: one unit ID per line; NAME.lines: the wire text
  --host ADDRESS     default 127.0.0.1
  --allow-host NAME  another name that clients may call it by; may be repeated`,
  options: {
    specs: { type: 'string' },
    port: { type: 'string', default: '4470' },
    'id-lists': { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    'allow-host': { type: 'string', multiple: true, default: [] },
  },
  async run({ positionals, text, texts }, output) {
    const specsFile = text('specs');
    if (positionals.length > 0) throw new UsageError(`serve takes no ${positionals[0]}`);
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
      log: (message) => output.line(message),
    });
    output.line(`Serving ${specsFile} on ${server.url}`);
    output.line(`SDK option: { api: '${server.api}' }, with any key that begins with secret-`);
    output.line(
      `What arrived: ${server.url}/ in a browser, ${server.url}/_events as JSON. Ctrl-C ends it.`,
    );
    closeOnSignal(server, output);
    return EXIT.ok;
  },
};

function closeOnSignal(server: LocalServer, output: Output): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      output.line(`\n${server.events().length} events had arrived.`);
      void server.close();
    });
  }
}

import { counted } from '../../project/words';
import { EXIT, UsageError, type Command } from '../command';
import { writeTextFile } from '../files';
import { readProject } from '../project';
import { KEY_VARIABLE } from '../service';

export const pull: Command = {
  summary: 'save the payload of a project',
  usage: `[--from URL] --to FILE [--json]

  --from URL  the service, a proxy or a local server;
              default https://api.statsigcdn.com
  --to FILE   where to write it; - for standard output
  --json      what was written, for programs

The secret key is read from ${KEY_VARIABLE}.`,
  options: {
    from: { type: 'string', default: 'https://api.statsigcdn.com' },
    to: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ text, has }, output) {
    const to = text('to');
    if (to === undefined) throw new UsageError('--to FILE is missing');
    if (to === '-' && has('json')) throw new UsageError('--json needs a FILE in --to');
    const from = text('from') ?? '';
    if (!/^https?:/.test(from)) throw new UsageError('--from takes a URL');
    const { text: payload, specs } = await readProject(from);
    if (to === '-') output.line(payload);
    else await writeTextFile(to, payload);
    if (has('json'))
      output.line(JSON.stringify({ file: to, specs: specs.length, characters: payload.length }));
    else output.error(`${counted(specs.length, 'spec')}, ${counted(payload.length, 'character')}`);
    return EXIT.ok;
  },
};

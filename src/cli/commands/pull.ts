import { writeFile } from 'node:fs/promises';
import { EXIT, UsageError, type Command } from '../command';
import { KEY_VARIABLE, readProject } from '../project';

export const pull: Command = {
  summary: 'save the payload of a project',
  usage: `[--from URL] --to FILE

  --from URL   the service, a proxy or a local server; default https://api.statsigcdn.com
  --to FILE    where to write it; - for standard output

The secret key is read from ${KEY_VARIABLE}.`,
  options: {
    from: { type: 'string', default: 'https://api.statsigcdn.com' },
    to: { type: 'string' },
  },
  async run({ text }, output) {
    const to = text('to');
    if (to === undefined) throw new UsageError('--to FILE is missing');
    const from = text('from') ?? '';
    if (!/^https?:/.test(from)) throw new UsageError('--from takes a URL');
    const { text: payload, specs } = await readProject(from);
    if (to === '-') output.line(payload);
    else await writeFile(to, payload);
    output.error(`${specs.length} specs, ${payload.length.toLocaleString('en-US')} characters`);
    return EXIT.ok;
  },
};

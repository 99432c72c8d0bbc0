import { codeOf } from '../../host/fields';
import { StatsigServer } from '../../api/statsig';
import { platformFile } from '../../engine/select';
import { EXIT, UsageError, type Command } from '../command';
import { folded } from '../fold';
import { askForPayload, KEY_VARIABLE, problemWith, type Answered } from '../service';

/** One thing that was looked at. */
interface Finding {
  what: string;
  state: 'ok' | 'note' | 'bad';
  says: string;
}

export const doctor: Command = {
  summary: 'what of this machine matters to the SDK',
  usage: `[--api URL] [--json]

  --api URL  base URL of the service, a proxy or a local server;
             default https://api.statsigcdn.com/v1
  --json     for programs

Looks at Node, the engine and why not a faster one, the file of the platform's
package, the key in ${KEY_VARIABLE}, proxy variables, whether the service
answers through them, and the clock. Exits with 1 when something is bad. The
key itself is not shown.`,
  options: {
    api: { type: 'string', default: 'https://api.statsigcdn.com/v1' },
    json: { type: 'boolean' },
  },
  async run({ text, has }, output) {
    const findings = [node(), ...engine(), key(), proxy(), ...(await service(text('api') ?? ''))];
    if (has('json')) output.line(JSON.stringify(findings, null, 2));
    for (const { what, state, says } of has('json') ? [] : findings) {
      const mark =
        state === 'ok'
          ? output.paint('green', '✓')
          : state === 'note'
            ? output.paint('yellow', '•')
            : output.paint('red', '✗');
      const [first = '', ...more] = folded(`  ${what.padEnd(7)}  ${says}`, output.width);
      output.line(mark + first.slice(1));
      for (const line of more) output.line(line);
    }
    return findings.some(({ state }) => state === 'bad') ? EXIT.found : EXIT.ok;
  },
};

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const says = `${process.version} on ${process.platform} ${process.arch}`;
  return {
    what: 'Node',
    state: major >= 18 ? 'ok' : 'bad',
    says: major >= 18 ? says : `${says}; 18 or newer is needed`,
  };
}

function engine(): Finding[] {
  try {
    const server = new StatsigServer('secret-doctor', {
      localMode: true,
      logger: { logLevel: 'none', warn: () => undefined, error: () => undefined },
    });
    const { engine: kind, version, rejected } = server.engineInfo();
    server.shutdown();
    const why = rejected
      .map(({ kind: other, reason }) => `; not ${other}: ${reason.split('\n')[0]}`)
      .join('');
    const state = kind === 'native' ? 'ok' : 'note';
    return [{ what: 'engine', state, says: `${kind} ${version}${why}` }, binary(kind)];
  } catch (error) {
    return [{ what: 'engine', state: 'bad', says: messageOf(error) }, binary(null)];
  }
}

/** The file of the platform's package. Why it does not load is said of the engine. */
function binary(used: string | null): Finding {
  const { packageName, path } = platformFile();
  if (used === 'native')
    return { what: 'binary', state: 'ok', says: `${path ?? packageName}, in use` };
  const says =
    path === null
      ? `${packageName} is not installed: optional dependencies were left out, or node_modules ` +
        'come from another machine'
      : `${path} is there, and not in use`;
  return { what: 'binary', state: 'note', says };
}

function key(): Finding {
  const given = process.env[KEY_VARIABLE];
  if (given === undefined)
    return { what: 'key', state: 'note', says: `${KEY_VARIABLE} is not set` };
  if (!given.startsWith('secret-'))
    return {
      what: 'key',
      state: 'bad',
      says: `${KEY_VARIABLE} holds no secret key: those begin with secret-`,
    };
  return given === given.trim()
    ? { what: 'key', state: 'ok', says: 'a secret key' }
    : { what: 'key', state: 'bad', says: 'has spaces around it' };
}

function proxy(): Finding {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]);
  const set = names.filter((name) => process.env[name]);
  return {
    what: 'proxy',
    state: 'ok',
    says: set.length === 0 ? 'none in the environment' : `honoured: ${set.join(', ')}`,
  };
}

/** Whether it answers, and what time it says it is. */
async function service(api: string): Promise<Finding[]> {
  let answered: Answered;
  try {
    answered = await askForPayload(api);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return [{ what: 'service', state: 'bad', says: messageOf(error) }];
  }
  const { status, where, tookMs, askedAt, header } = answered;
  const problem = problemWith(answered);
  const wantsKey = (status === 401 || status === 403) && !process.env[KEY_VARIABLE];
  const reached: Finding = {
    what: 'service',
    state: problem === null ? 'ok' : wantsKey ? 'note' : 'bad',
    says: problem ?? `${where} answered ${status} in ${tookMs} ms`,
  };
  const date = Date.parse(header('date') ?? '');
  return Number.isNaN(date)
    ? [reached]
    : [reached, clock(Math.round((askedAt + tookMs / 2 - date) / 1000))];
}

/** Seconds that this machine is ahead. The header has whole seconds. */
function clock(ahead: number): Finding {
  if (Math.abs(ahead) <= 2) return { what: 'clock', state: 'ok', says: 'right within 2 s' };
  const side = ahead > 0 ? 'ahead of' : 'behind';
  const says = `${Math.abs(ahead)} s ${side} the service: conditions on time are that wrong`;
  return { what: 'clock', state: Math.abs(ahead) > 60 ? 'bad' : 'note', says };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message === '' ? codeOf(error) : message;
}

/** Processes that end in some way, and what became of the events of each instance in them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { Loopback } from '../network/loopback';

const SPECS =
  '{"has_updates":true,"time":1,"feature_gates":[],"dynamic_configs":[],"layer_configs":[]}';

/** Takes events and remembers whose they were: `arrived` by secret key, diagnostics left out. */
export class Receiver {
  readonly arrived: Record<string, number> = {};
  /** Posts of the application's events are refused. */
  isDown = false;
  /** Posts of events get no answer. */
  isSilent = false;
  /** Requests so far, of any kind. */
  requests = 0;
  private waiting: (() => void)[] = [];
  private constructor(readonly server: Loopback) {}

  static async start(): Promise<Receiver> {
    const server = await Loopback.start(({ url, headers, body }, response) => {
      receiver.requests++;
      if (!url.includes('log_event'))
        return void response.end(url.includes('specs') ? SPECS : '{}');
      if (receiver.isSilent) return;
      const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      if (receiver.isDown && isOfApplication(text.toString()))
        return void response.writeHead(500).end('{}');
      receiver.take(String(headers['statsig-api-key']), text.toString());
      response.writeHead(202).end('{}');
    });
    const receiver: Receiver = new Receiver(server);
    return receiver;
  }

  get api(): string {
    return `${this.server.base}/v1`;
  }

  /** Resolves when that many events arrived in all. */
  async until(count: number): Promise<void> {
    const sum = (): number => Object.values(this.arrived).reduce((all, one) => all + one, 0);
    while (sum() < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private take(key: string, text: string): void {
    this.arrived[key] = (this.arrived[key] ?? 0) + ofApplication(text).length;
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function ofApplication(text: string): unknown[] {
  const { events } = JSON.parse(text) as { events: { eventName: string }[] };
  return events.filter(({ eventName }) => !eventName.startsWith('statsig::'));
}

const isOfApplication = (text: string): boolean => ofApplication(text).length > 0;

export interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when the output holds the text. */
  said(text: string): Promise<void>;
}

/** A process may take that long; a machine may be busy. */
const LIMIT_MS = 120_000;

/**
 * Runs a program with `make(options, key)`, `say(text)`, `U` and `args` in scope; `say` writes at
 * once, so it works at the end of a process, too.
 */
export function start(
  program: string,
  api: string,
  args: unknown = {},
  nodeArguments: string[] = [],
): Started {
  const script = `
    const { StatsigServer, Statsig } = require('./src/index');
    const { writeSync } = require('node:fs');
    const [api, json] = process.argv.slice(1);
    const args = JSON.parse(json);
    const U = { userID: 'u' };
    const say = (text) => writeSync(1, text + '\\n');
    const quiet = { warn() {}, error() {}, logLevel: 'none' };
    const make = (options, key = 'secret-ending') => new StatsigServer(key, {
      api, logger: quiet, disableDiagnostics: true, disableRulesetsSync: true, disableIdListsSync: true, initStrategyForIDLists: 'none', ...options });
    (async () => { ${program} })();`;
  const flags = ['--require=tsx/cjs', ...nodeArguments, '-e', script, api, JSON.stringify(args)];
  const child = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'pipe'] });
  const state = { output: '', waiting: [] as (() => void)[] };
  child.stdout.on('data', (text: Buffer) => {
    state.output += text.toString();
    for (const resolve of state.waiting) resolve();
  });
  child.stderr.resume();
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      for (const wake of state.waiting) wake();
      resolve({ code, signal, output: state.output });
    }),
  );
  const said = async (text: string): Promise<void> => {
    while (!state.output.includes(text) && child.exitCode === null && child.signalCode === null) {
      await new Promise<void>((resolve) => state.waiting.push(resolve));
    }
  };
  return { child, ended, said };
}

/**
 * One server process of the Redis tests: an SDK instance over RedisDataAdapter that checks a gate
 * without pause, for a new user each time, and reports what happened. Timers of polling and
 * flushing run 40 times faster, so that both are seen within a test; deadlines of requests keep
 * their length.
 */
import { systemClock, type Clock } from '../../src/host/clock';
import { DataAdapterKeyPath } from '../../src/storage/data-adapter';
import { RedisDataAdapter } from '../../src/storage/redis';
import { StatsigServer } from '../../src/api/statsig';

/** What the parent tells a process to be. */
export interface Role {
  name: string;
  redis: string;
  api: string;
  isReader: boolean;
}

/** What a process knows about itself. */
export interface Report {
  initialized: string;
  checks: number;
  passed: number;
  /** Value of the config `config` as the last user saw it. */
  text: string;
  inList: boolean;
  reason: string;
  /** Everything that was thrown or rejected without being caught, and everything a check threw. */
  errors: string[];
  warnings: string[];
  undelivered: number;
}

const HASTE = 40;
const SHORTEST_HASTENED_MS = 15_000;
const hasty: Clock = {
  ...systemClock,
  setTimer: (task, ms) => systemClock.setTimer(task, ms > SHORTEST_HASTENED_MS ? ms / HASTE : ms),
};

const role = JSON.parse(process.argv[2] ?? '{}') as Role;
const errors: string[] = [];
const warnings: string[] = [];
process.on('uncaughtException', (error) => void errors.push(`uncaught ${String(error)}`));
process.on('unhandledRejection', (error) => void errors.push(`unhandled ${String(error)}`));

const push = (text: unknown): void => void warnings.push(String(text));
const server = new StatsigServer(
  'secret-redis-processes',
  {
    api: role.api,
    rulesetsSyncIntervalMs: 20_000,
    idListsSyncIntervalMs: 30_000,
    logger: { warn: push, error: push, logLevel: 'warn' },
    dataAdapter: new RedisDataAdapter({
      url: role.redis,
      connectTimeoutMs: 300,
      pollsFor: role.isReader ? [DataAdapterKeyPath.V1Rulesets, DataAdapterKeyPath.V1IDLists] : [],
    }),
  },
  { clock: hasty },
);

const report: Report = {
  initialized: '',
  checks: 0,
  passed: 0,
  text: '',
  inList: false,
  reason: '',
  errors,
  warnings,
  undelivered: 0,
};

let isChecking = false;

/** A handful of checks per turn of the event loop. */
function check(): void {
  try {
    for (let i = 0; i < 2; i++) {
      const user = { userID: `${role.name}-${report.checks}` };
      report.checks++;
      if (server.checkGate(user, 'always')) report.passed++;
    }
    const member = { userID: 'member' };
    report.text = String(server.getConfig(member, 'config').get('text', ''));
    report.inList = server.checkGate(member, 'listed');
    report.reason = server.getFeatureGate(member, 'always').evaluationDetails?.reason ?? '';
  } catch (error) {
    errors.push(`check ${String(error)}`);
  }
  if (isChecking) setTimeout(check, 2);
}

async function stop(): Promise<void> {
  isChecking = false;
  await server.flush();
  await server.shutdownAsync();
  report.undelivered = server.eventStats().queued + server.eventStats().dropped;
}

const COMMANDS: Record<string, () => unknown> = {
  async start() {
    const { success, source, error } = await server.initializeAsync();
    report.initialized =
      `${success} ${source ?? 'none'} ${error === undefined ? '' : 'error'}`.trim();
    isChecking = true;
    check();
  },
  report: () => undefined,
  stop,
};

// Whatever becomes of the test, its processes end with it.
process.on('disconnect', () => process.exit());
process.on('message', (command: string) => {
  void Promise.resolve(COMMANDS[command]?.()).then(() => process.send?.({ ...report }));
});
process.send?.('ready');

/** What a scenario has: an instance over a network of its own, and OpenFeature's SDK over it. */
import { randomUUID } from 'node:crypto';
import {
  AsyncLocalStorageTransactionContextPropagator,
  OpenFeature,
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type EventDetails,
  type FlagEvaluationOptions,
  type FlagValue,
  type Hook,
  type JsonValue,
} from '@openfeature/server-sdk';
import type { EngineKind } from '../../../src/engine/engine';
import { StatsigServer } from '../../../src/index';
import { StatsigProvider, toStatsigUser } from '../../../src/openfeature';
import { FakeClock } from '../../network/fake-clock';
import { METADATA, payloadOf } from './flags';

const STALE_AFTER_MS = 60_000;
const logger = { logLevel: 'none', warn: () => undefined, error: () => undefined } as const;

export type State = 'stable' | 'not ready' | 'fatal' | 'error' | 'unavailable' | 'stale';
export type Type = 'boolean' | 'string' | 'integer' | 'float' | 'object';

/** What is asked for. */
export interface Flag {
  type: Type;
  key: string;
  otherwise: FlagValue;
}

/** One call of a hook. */
export interface HookCall {
  hook: string;
  stage: 'before' | 'after' | 'error' | 'finally';
  details: EvaluationDetails<FlagValue> | null;
}

/** See the head of this file. */
export class World {
  readonly hookCalls: HookCall[] = [];
  readonly events = new Map<string, EventDetails[]>();
  client: Client = OpenFeature.getClient();
  provider: StatsigProvider | null = null;
  flag: Flag | null = null;
  context: EvaluationContext = {};
  options: FlagEvaluationOptions = {};
  transaction: EvaluationContext | null = null;
  details: EvaluationDetails<FlagValue> | null = null;
  /** What an evaluation threw or rejected with. */
  thrown: unknown = null;
  /** The context as it reached the provider. */
  seen: Record<string, unknown> | null = null;
  /** Free for steps to remember something in. */
  readonly notes = new Map<string, unknown>();
  private readonly clock = new FakeClock();
  private readonly instances: StatsigServer[] = [];
  private isUp = true;
  private endSilence = (): void => undefined;
  private readonly silence = new Promise<void>((resolve) => {
    this.endSilence = resolve;
  });
  private changing = 'foo';

  constructor(readonly engine: EngineKind) {}

  /** Registers a provider that is in a state, in a domain of its own. */
  async begin(state: State): Promise<void> {
    const domain = randomUUID();
    this.isUp = state === 'stable' || state === 'stale';
    this.provider = state === 'fatal' ? this.fatal() : this.overNetwork(state === 'not ready');
    this.client = OpenFeature.getClient(domain);
    const set = OpenFeature.setProviderAndWait(domain, this.provider).catch(() => undefined);
    if (state === 'not ready') return;
    await set;
    if (state === 'stale') await this.loseConnection();
  }

  private fatal(): StatsigProvider {
    const options = { engine: this.engine, logger };
    return new StatsigProvider({ secretKey: 'no-secret', options });
  }

  private overNetwork(isSilent: boolean): StatsigProvider {
    const { clock, engine } = this;
    const networkOverrideFunc = async (): Promise<Response> => {
      if (isSilent) await this.silence;
      if (!this.isUp) throw new Error('The network is down');
      return new Response(payloadOf(this.changing, clock.time));
    };
    const isQuiet = { disableRulesetsSync: true, disableAllLogging: true };
    const options = { engine, logger, networkOverrideFunc, ...isQuiet };
    const statsig = new StatsigServer('secret-x', options, { clock });
    this.instances.push(statsig);
    return new StatsigProvider({
      statsig,
      clock,
      staleAfterMs: STALE_AFTER_MS,
      // Scenarios ask for nobody in particular, too.
      toUser: (context) => {
        this.seen = { ...context };
        return toStatsigUser({ targetingKey: '', ...context });
      },
      toMetadata: (_, flagKey) => METADATA[flagKey] ?? {},
    });
  }

  async loseConnection(): Promise<void> {
    this.isUp = false;
    await this.instances.at(-1)!.syncStoreSpecs();
    await this.clock.advance(STALE_AFTER_MS + 1_000);
  }

  async restoreConnection(): Promise<void> {
    this.isUp = true;
    await this.sync();
  }

  async changeFlag(): Promise<void> {
    this.changing = 'bar';
    await this.sync();
  }

  private async sync(): Promise<void> {
    await this.clock.advance(1_000);
    await this.instances.at(-1)!.syncStoreSpecs();
    await this.clock.advance(1_000);
  }

  /** Remembers what of an event is told from now on. */
  listen(event: string): void {
    if (this.events.has(event)) return;
    const told: EventDetails[] = [];
    this.events.set(event, told);
    this.client.addHandler(event as never, (details) => void told.push(details ?? ({} as never)));
  }

  hook(name: string): Hook {
    const note = (stage: HookCall['stage'], details: HookCall['details'] = null): void =>
      void this.hookCalls.push({ hook: name, stage, details });
    return {
      before: () => note('before'),
      after: (_, details) => note('after', details),
      error: () => note('error'),
      finally: (_, details) => note('finally', details),
    };
  }

  /** Asks for the flag. */
  async evaluate(context: EvaluationContext = this.context): Promise<void> {
    const { flag, client, options, transaction } = this;
    if (flag === null) throw new Error('There is no flag yet');
    const ask = (): Promise<EvaluationDetails<FlagValue>> =>
      detailsOf(client, flag, context, options);
    try {
      if (transaction === null) this.details = await ask();
      else this.details = await this.within(transaction, ask);
    } catch (error) {
      this.thrown = error;
    }
  }

  private async within<T>(context: EvaluationContext, ask: () => Promise<T>): Promise<T> {
    OpenFeature.setTransactionContextPropagator(
      new AsyncLocalStorageTransactionContextPropagator(),
    );
    return new Promise((resolve, reject) => {
      OpenFeature.setTransactionContext(context, () => {
        ask().then(resolve, reject);
      });
    });
  }

  async end(): Promise<void> {
    this.endSilence();
    await OpenFeature.setContext({});
    await OpenFeature.clearProviders();
    OpenFeature.clearHandlers();
    await Promise.all(this.instances.map((statsig) => statsig.shutdownAsync(1)));
  }
}

async function detailsOf(
  client: Client,
  { type, key, otherwise }: Flag,
  context: EvaluationContext,
  options: FlagEvaluationOptions,
): Promise<EvaluationDetails<FlagValue>> {
  if (type === 'boolean')
    return client.getBooleanDetails(key, otherwise as boolean, context, options);
  if (type === 'string') return client.getStringDetails(key, otherwise as string, context, options);
  if (type === 'object')
    return client.getObjectDetails(key, otherwise as JsonValue, context, options);
  return client.getNumberDetails(key, otherwise as number, context, options);
}

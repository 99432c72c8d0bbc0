/**
 * The option `specSources` at work. A file of its own that is loaded when the option is given, so
 * that it must import nothing that has to be one of its kind in a process.
 */
import { ContainedAdapter } from '../storage/contained-adapter';
import { DataAdapterKeyPath, type IDataAdapter } from '../storage/data-adapter';
import type { Clock } from '../host/clock';
import type {
  CustomSpecSource,
  SpecOrder,
  SpecSourceAsk,
  SpecSourceEntry,
  SpecSteps,
} from './spec-order';
import type { SpecInitResult } from './spec-outcome';
import type { SpecStream } from './spec-stream';
import { PushSource, type PushSourceOptions } from './push-source';

/** True: it has answered, and the others are not asked. null: it has nothing. */
type Answer = true | null | Error;

/** One of the list, at the start and at a poll. */
interface Source {
  /** Of a custom one. */
  readonly name: string | null;
  first(steps: SpecSteps, result: SpecInitResult): Promise<void>;
  poll(steps: SpecSteps, isFallback: boolean): Promise<Answer>;
}

export interface OrderOptions extends Pick<PushSourceOptions, 'pushes'> {
  entries: readonly SpecSourceEntry[];
  /** The option `specStream`. */
  stream: SpecStream | null;
  /** Longest wait for a custom source, ms. */
  timeoutMs: number;
  ask: SpecSourceAsk;
  clock: Clock;
}

const STORE: Source = {
  name: null,
  first: async (steps, result) => steps.note(result, 'DataAdapter', await steps.store(true)),
  // One that nobody else feeds holds what this instance knows, and is asked for want of better.
  poll: async (steps, isFallback) => {
    const isFed = steps.isStorePolled();
    if (!isFed && !isFallback) return null;
    const time = steps.time();
    const error = await steps.store(false);
    if (error !== null || steps.isBehind()) return error;
    return isFed || steps.time() > time || null;
  },
};

const NETWORK: Source = {
  name: null,
  first: async (steps, result) => {
    if (steps.network !== null) steps.note(result, 'Network', await steps.network());
  },
  poll: async (steps) => {
    if (steps.network === null) return null;
    return (await steps.network()) ?? (steps.isBehind() ? null : true);
  },
};

const BOOTSTRAP: Source = {
  name: null,
  first: (steps, result) => steps.bootstrap(result),
  poll: async () => null,
};

/** See `SpecOrder`. */
export class OrderedSources implements SpecOrder {
  custom: string | null = null;
  /** Name of the custom source whose turn it is. */
  private asking: string | null = null;
  private readonly sources: readonly Source[];
  private readonly pushing: PushSource[] = [];

  constructor(private readonly options: OrderOptions) {
    this.sources = options.entries.flatMap((entry) => this.sourcesOf(entry));
  }

  async load(steps: SpecSteps, result: SpecInitResult): Promise<void> {
    for (const one of this.pushing) one.steps = steps;
    for (const source of this.sources) {
      if (result.source !== undefined || steps.isOver()) return;
      this.asking = source.name;
      await source.first(steps, result);
    }
  }

  async pass(steps: SpecSteps): Promise<Error | null> {
    let failure: Error | null = null;
    for (const source of this.sources) {
      this.asking = source.name;
      const answer = await source.poll(steps, failure !== null);
      if (answer === true) return null;
      failure ??= answer;
      if (steps.isOver()) return failure;
    }
    return failure;
  }

  committed(): void {
    this.custom = this.asking;
  }

  start(): void {
    for (const one of this.pushing) one.start();
  }

  stop(): void {
    for (const one of this.pushing) one.stop();
  }

  private sourcesOf(entry: SpecSourceEntry): Source[] {
    if (entry === 'store') return [STORE];
    if (entry === 'network') return [NETWORK];
    if (entry === 'bootstrap') return [BOOTSTRAP];
    const given = entry === 'stream' ? this.options.stream : entry;
    if (given === null) return [];
    const name = entry === 'stream' ? null : nameOf(entry);
    const found: Source[] = [];
    if (isFunction(given, 'start')) {
      const { pushes, clock } = this.options;
      const begin = (): void => void (this.asking = name);
      const one = new PushSource({ pushes, clock, begin, name, stream: given as SpecStream });
      this.pushing.push(one);
      found.push(one);
    }
    if (isFunction(given, 'get'))
      found.push(new PullSource(given as CustomSpecSource, { ...this.options, name }));
    return found;
  }
}

interface PullOptions {
  ask: SpecSourceAsk;
  timeoutMs: number;
  clock: Clock;
  name: string | null;
}

/** A custom source that is asked: an adapter in all that may go wrong with it. */
class PullSource implements Source {
  readonly name: string | null;
  private readonly contained: ContainedAdapter;
  /** Time of the specs that it gave last; -1 for none, or older ones than those in force. */
  private given = -1;

  constructor(given: CustomSpecSource, options: PullOptions) {
    const { ask, timeoutMs, clock, name } = options;
    this.name = name;
    const adapter: Pick<IDataAdapter, 'get'> = {
      get: async () => ({ result: (await given.get?.(ask)) as string }),
    };
    this.contained = new ContainedAdapter(adapter as IDataAdapter, {
      timeoutMs,
      clock,
      hashedSdkKey: '',
      name: `The source of config specs "${name}"`,
    });
  }

  async first(steps: SpecSteps, result: SpecInitResult): Promise<void> {
    const answer = await this.poll(steps);
    steps.note(result, 'DataAdapter', answer instanceof Error ? answer : null, answer === true);
  }

  async poll(steps: SpecSteps): Promise<Answer> {
    const item = await this.contained.get({ path: DataAdapterKeyPath.V1Rulesets });
    if (item.error !== null) return item.error;
    const result = await steps.given(item);
    if (result?.status === 'rejected') return result.error;
    if (result === null) return null;
    const time = steps.time();
    if (result.status !== 'noUpdates') this.given = result.status === 'older' ? -1 : time;
    // That nothing changed counts while what it gave is in force. Without a time nothing tells
    // whether there is anything newer.
    return time === 0 || this.given !== time ? null : true;
  }
}

function isFunction(holder: object, name: string): boolean {
  try {
    return typeof (holder as Record<string, unknown>)[name] === 'function';
  } catch {
    return false;
  }
}

function nameOf(source: CustomSpecSource): string {
  try {
    return typeof source.name === 'string' ? source.name.slice(0, 80) : 'custom';
  } catch {
    return 'custom';
  }
}

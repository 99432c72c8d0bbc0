/** Sources of config specs of an application's own: `specStream` and `specSources`. */
import type { Clock } from '../host/clock';
import type { SafeLogger } from '../observability/logger';
import { onRejection } from '../observability/rejection';
import type { ResolvedOptions } from '../options/options';
import { MAX_SPECS_BYTES } from '../network/limits';
import type { Pushes, PushTarget } from '../updates/push-source';
import type { SpecOrder, SpecSourceAsk } from '../updates/spec-order';
import type { SpecStream } from '../updates/spec-stream';

/** What sources are given. */
export interface SourceSurroundings {
  options: ResolvedOptions;
  secretKey: string | null;
  logger: SafeLogger;
  time(): number;
}

/** What a source is told. */
function askOf({ options, secretKey, time }: SourceSurroundings): SpecSourceAsk {
  return {
    secretKey: secretKey ?? '',
    format: options.configFormat === 'v1' ? 1 : 2,
    maxBytes: options.maxSpecsBytes ?? MAX_SPECS_BYTES,
    time,
  };
}

/** The option `specSources` at work, in a file that is loaded when it is given. */
export function makeOrder(
  given: SourceSurroundings,
  clock: Clock,
  hasBackground: boolean,
): SpecOrder | null {
  const {
    specSources: entries,
    specStream: stream,
    dataAdapterTimeoutMs: timeoutMs,
  } = given.options;
  if (entries === null) return null;
  const { OrderedSources } =
    require('../updates/ordered-sources') as typeof import('../updates/ordered-sources');
  const pushes = (of: SpecStream, target: PushTarget): PushedSpecs =>
    new PushedSpecs(given, hasBackground ? of : null, target);
  return new OrderedSources({ entries, stream, timeoutMs, clock, pushes, ask: askOf(given) });
}

/** Runs a stream of config specs: what it throws costs nothing but polling. */
export class PushedSpecs implements Pushes {
  private stopStream: (() => void) | null = null;

  constructor(
    private readonly given: SourceSurroundings,
    private readonly stream: SpecStream | null,
    private readonly target: PushTarget,
  ) {}

  start(): boolean {
    const { stream, given } = this;
    const { localMode, disableRulesetsSync } = given.options;
    if (stream === null || localMode || disableRulesetsSync) return false;
    if (this.stopStream !== null) return true;
    this.stopStream = () => undefined;
    // What an earlier run of the stream still has is nobody's.
    let isOn = true;
    const end = (): void => void (isOn = false);
    try {
      const stop: unknown = stream.start({
        ...askOf(given),
        push: async (payload) => isOn && this.target.receive(payload),
        lost: (reason) => {
          if (isOn) this.lost(reason);
        },
      });
      onRejection(stop, (error) => {
        this.tell('start', error);
        if (isOn) this.target.streamLost();
      });
      this.stopStream = () => {
        end();
        const stopped: unknown = typeof stop === 'function' ? stop() : endLater(stop);
        onRejection(stopped, (error) => this.tell('stop', error));
      };
      return true;
    } catch (error) {
      end();
      this.tell('start', error);
      return false;
    }
  }

  stop(): void {
    const stop = this.stopStream;
    this.stopStream = null;
    this.target.streamLost();
    try {
      stop?.();
    } catch (error) {
      this.tell('stop', error);
    }
  }

  private tell(what: 'start' | 'stop', error: unknown): void {
    const { logger } = this.given;
    logger.warn(`statsigSDK> specStream cannot ${what}: ${logger.describe(error)}`);
  }

  private lost(reason: unknown): void {
    const { logger } = this.given;
    this.target.streamLost();
    logger.debug(`statsigSDK> The stream of config specs broke: ${logger.describe(reason)}`);
  }
}

/** An asynchronous `start` resolves with what ends it. */
async function endLater(started: unknown): Promise<void> {
  const stop = await started;
  if (typeof stop === 'function') await stop();
}

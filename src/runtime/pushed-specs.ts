import type { SafeLogger } from '../observability/logger';
import type { ResolvedOptions } from '../options/options';
import { MAX_SPECS_BYTES } from '../network/limits';
import type { SpecSync } from '../updates/spec-sync';

/** What a stream is given, but for what it pushes to. */
export interface PushedSpecsOptions {
  options: ResolvedOptions;
  secretKey: string | null;
  logger: SafeLogger;
  time(): number;
}

/** Runs the option `specStream`: what it throws costs nothing but polling. */
export class PushedSpecs {
  private stopStream: (() => void) | null = null;

  constructor(
    private readonly given: PushedSpecsOptions,
    private readonly specs: SpecSync,
  ) {}

  start(): void {
    const { options, secretKey, logger, time } = this.given;
    const { specStream, localMode, disableRulesetsSync, configFormat, maxSpecsBytes } = options;
    if (this.stopStream !== null || specStream === null || localMode || disableRulesetsSync) return;
    this.stopStream = () => undefined;
    // What an earlier run of the stream still has is nobody's.
    let isOn = true;
    const end = (): void => void (isOn = false);
    try {
      const stop = specStream.start({
        secretKey: secretKey ?? '',
        format: configFormat === 'v1' ? 1 : 2,
        maxBytes: maxSpecsBytes ?? MAX_SPECS_BYTES,
        time,
        push: async (payload) => isOn && this.specs.receive(payload),
        lost: (reason) => {
          if (isOn) this.lost(reason);
        },
      });
      this.stopStream = () => {
        end();
        stop();
      };
    } catch (error) {
      end();
      logger.warn(`statsigSDK> specStream cannot start: ${logger.describe(error)}`);
    }
  }

  stop(): void {
    const stop = this.stopStream;
    this.stopStream = null;
    this.specs.streamLost();
    try {
      stop?.();
    } catch (error) {
      const { logger } = this.given;
      logger.warn(`statsigSDK> specStream cannot stop: ${logger.describe(error)}`);
    }
  }

  private lost(reason: unknown): void {
    const { logger } = this.given;
    this.specs.streamLost();
    logger.debug(`statsigSDK> The stream of config specs broke: ${logger.describe(reason)}`);
  }
}

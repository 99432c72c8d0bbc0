/**
 * What a life tells of specs that begin to serve. It knows nothing of the instance, which would
 * never be let go of (abandoned.ts).
 */
import { systemClock } from '../host/clock';
import type { SpecsInForce } from '../runtime/spec-applier';
import { plainNowOf } from '../updates/packed-specs';
import { sourceOf } from './details';
import type { SdkEvents } from './events';
import type { Metrics } from './metrics';

/** See the head of this file. */
export class SpecsNews {
  /** When the specs in force came; 0 for none. */
  receivedAt = 0;
  private time = 0;

  /** @param api where specs are asked for */
  constructor(
    private readonly events: SdkEvents,
    private readonly metrics: Metrics,
    readonly api: string,
  ) {}

  arrived({ source: from, time, bytes }: SpecsInForce): void {
    this.receivedAt = systemClock.now();
    const source = sourceOf(from);
    const source_api = from === 'Network' ? this.api : 'datastore';
    if (this.time !== 0 && time > this.time)
      this.metrics.dist('config_propagation_diff', this.receivedAt - time, {
        source,
        source_api,
        response_format: 'JSON',
      });
    this.time = time;
    this.events.emit('specs_updated', () => ({
      source,
      source_api,
      values: JSON.parse(Buffer.from(plainNowOf(bytes)).toString()) as unknown,
    }));
  }
}

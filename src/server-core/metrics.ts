/** What an observability client is told. */
import { onRejection } from '../observability/rejection';
import type { ObservabilityClient } from './types';

const PREFIX = 'statsig.sdk.';

/** See the head of this file. What the client throws is nobody's. */
export class Metrics {
  constructor(private readonly client: ObservabilityClient | undefined) {
    this.tell(() => this.client?.initialize?.());
  }

  /** Something took or measured so much. */
  dist(name: string, value: number, tags: Record<string, string>): void {
    this.tell(() => this.client?.dist?.(PREFIX + name, value, tags));
  }

  increment(name: string, value: number, tags: Record<string, string> = {}): void {
    this.tell(() => this.client?.increment?.(PREFIX + name, value, tags));
  }

  error(tag: string, error: string): void {
    this.tell(() => this.client?.error?.(tag, error));
  }

  private tell(call: () => unknown): void {
    try {
      onRejection(call(), () => undefined);
    } catch {
      // A metric that cannot be told is lost.
    }
  }
}

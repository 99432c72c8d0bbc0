import { randomUUID } from 'node:crypto';
import type { EncodedBatch } from '../../src/events/batch';
import { EventDelivery, type EventDeliveryOptions } from '../../src/events/delivery';
import type { EventUpload } from '../../src/events/sender';
import { SafeLogger } from '../../src/observability/logger';

/** Stands for the engine: numbered events, encoded as a JSON array. */
export class Source {
  private events: number[] = [];
  private next = 0;

  log(count: number): void {
    for (let i = 0; i < count; i++) this.events.push(this.next++);
  }

  pending = (): number => this.events.length;

  takeBatchNow = (max: number): EncodedBatch => {
    const taken = this.events.splice(0, max);
    return {
      count: taken.length,
      body: new TextEncoder().encode(JSON.stringify(taken)),
      isGzipped: false,
    };
  };

  takeBatch = (max: number): Promise<EncodedBatch> => Promise.resolve(this.takeBatchNow(max));
}

export const eventsOf = (upload: Pick<EventUpload, 'body'>): number[] =>
  JSON.parse(Buffer.from(upload.body).toString()) as number[];

export const quietLogger = new SafeLogger(
  { warn: () => undefined, error: () => undefined, logLevel: 'none' },
  ['secret-key-1234'],
);

export function delivery(source: Source, more: Partial<EventDeliveryOptions>): EventDelivery {
  return new EventDelivery({
    newId: randomUUID,
    upload: () => Promise.resolve(),
    takeBatch: source.takeBatch,
    takeBatchNow: source.takeBatchNow,
    pending: source.pending,
    compress: null,
    compressionEnabled: () => true,
    intervalMs: 60_000,
    maxBatchEvents: 10,
    retryLimit: 3,
    retryBackoff: 1_000,
    silent: false,
    logger: quietLogger,
    ...more,
  });
}

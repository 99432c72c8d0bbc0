/** How an instance is, as metrics that are read when collected, and how long syncs take. */
import type { Attributes, Meter, Observable, ObservableResult } from '@opentelemetry/api';
import diagnostics from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import type { DroppedByReason } from '../events/delivery';
import type { SyncContext } from '../observability/channels';
import type { Health } from '../runtime/health';
import type { Observed } from './observed';

/** See the head of this file. Returns what ends it. */
export function measure(
  observed: Observed,
  meter: Meter,
  isOurs: (instance: number) => boolean,
): () => void {
  const ends = [
    ...readings(observed, meter).map(([instrument, read]) => {
      const callback = (result: ObservableResult<Attributes>): void => read(result);
      instrument.addCallback(callback);
      return () => instrument.removeCallback(callback);
    }),
    timeSyncs(meter, isOurs),
  ];
  return () => ends.forEach((end) => end());
}

type Reading = [Observable, (result: ObservableResult) => void];

function readings(observed: Observed, meter: Meter): Reading[] {
  const health = (): Health => observed.health();
  const gauge = (name: string, description: string, unit: string): Observable =>
    meter.createObservableGauge(name, { description, unit });
  const counter = (name: string, description: string): Observable =>
    meter.createObservableCounter(name, { description, unit: '{event}' });
  return [
    [
      gauge('statsig.sync.age', 'Time since config specs or ID lists were synced', 's'),
      (result) => {
        const { specs, idLists } = health();
        for (const [what, { ageMs }] of [
          ['config-specs', specs],
          ['id-lists', idLists],
        ] as const)
          if (ageMs !== null) result.observe(ageMs / 1000, { 'statsig.what': what });
      },
    ],
    [
      gauge('statsig.events.queued', 'Events that wait for delivery', '{event}'),
      (result) => result.observe(health().events.queued),
    ],
    [
      counter('statsig.events.delivered', 'Events that the service took'),
      (result) => result.observe(health().events.delivered),
    ],
    [
      counter('statsig.events.dropped', 'Events that were lost'),
      (result) => {
        for (const [reason, count] of Object.entries(dropped(observed)))
          result.observe(count, { 'statsig.reason': reason });
      },
    ],
    [
      gauge('statsig.engine', 'Which engine answers', '{engine}'),
      (result) => {
        const { engine } = health();
        if (engine !== null) result.observe(1, { 'statsig.engine': engine });
      },
    ],
  ];
}

/** The shared instance has no counters before `initialize`. */
function dropped(observed: Observed): Partial<DroppedByReason> {
  return observed.health().engine === null ? {} : observed.eventStats().droppedByReason;
}

/** Histogram of syncs, by what was synced and whether it succeeded. */
function timeSyncs(meter: Meter, isOurs: (instance: number) => boolean): () => void {
  const histogram = meter.createHistogram('statsig.sync.duration', {
    description: 'Syncs of config specs and ID lists',
    unit: 's',
  });
  const startedAt = new WeakMap<object, number>();
  const start = (message: unknown): void =>
    void startedAt.set(message as object, performance.now());
  const end = (message: unknown): void => {
    const { instance, what, result } = message as SyncContext;
    const since = startedAt.get(message as object);
    if (since === undefined || !isOurs(instance)) return;
    const attributes = { 'statsig.what': what, 'statsig.success': result?.success === true };
    histogram.record((performance.now() - since) / 1000, attributes);
  };
  diagnostics.subscribe('tracing:statsig.sync:start', start);
  diagnostics.subscribe('tracing:statsig.sync:asyncEnd', end);
  return () => {
    diagnostics.unsubscribe('tracing:statsig.sync:start', start);
    diagnostics.unsubscribe('tracing:statsig.sync:asyncEnd', end);
  };
}

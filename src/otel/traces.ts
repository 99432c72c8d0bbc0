/** Spans of syncs and of posts of events, from the tracing channels. */
import {
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import diagnostics from 'node:diagnostics_channel';
import type { FlushContext, SyncContext } from '../observability/channels';

/** What is published on a tracing channel: `error` is added by Node. */
type Traced<Context> = Context & { error?: unknown };

interface Spans<Context> {
  channel: string;
  attributes(context: Context): Attributes;
  /** Text of what failed; undefined when nothing did. */
  failure(context: Traced<Context>): string | undefined;
}

const SYNC: Spans<SyncContext> = {
  channel: 'statsig.sync',
  attributes: ({ what }) => ({ 'statsig.what': what }),
  failure: ({ result }) =>
    result?.success === true ? undefined : (result?.error ?? 'The sync failed'),
};

const FLUSH: Spans<FlushContext> = {
  channel: 'statsig.flush',
  attributes: ({ batchId, events, bytes }) => ({
    'statsig.batch.id': batchId,
    'statsig.batch.events': events,
    'statsig.batch.bytes': bytes,
  }),
  // Its message may hold a URL; its name says enough.
  failure: ({ error }) => (error === undefined ? undefined : nameOf(error)),
};

/** See the head of this file. Returns what ends it. */
export function traceWork(tracer: Tracer, isOurs: (instance: number) => boolean): () => void {
  const ends = [follow(SYNC, tracer, isOurs), follow(FLUSH, tracer, isOurs)];
  return () => ends.forEach((end) => end());
}

function follow<Context extends { instance: number }>(
  { channel, attributes, failure }: Spans<Context>,
  tracer: Tracer,
  isOurs: (instance: number) => boolean,
): () => void {
  const spans = new WeakMap<object, Span>();
  const start = (message: unknown): void => {
    const context = message as Context;
    if (!isOurs(context.instance)) return;
    const options = { kind: SpanKind.CLIENT, attributes: attributes(context) };
    spans.set(context, tracer.startSpan(channel, options));
  };
  const end = (message: unknown): void => {
    const span = spans.get(message as object);
    const text = failure(message as Traced<Context>);
    if (text !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: text });
    span?.end();
  };
  diagnostics.subscribe(`tracing:${channel}:start`, start);
  diagnostics.subscribe(`tracing:${channel}:asyncEnd`, end);
  return () => {
    diagnostics.unsubscribe(`tracing:${channel}:start`, start);
    diagnostics.unsubscribe(`tracing:${channel}:asyncEnd`, end);
  };
}

function nameOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return [code, name].find((text): text is string => typeof text === 'string') ?? 'Error';
}

/** The channels of Node's `diagnostics_channel`. */
import diagnostics from 'node:diagnostics_channel';
import { NO_CHANNELS, type Channel, type Channels, type Tracing } from '../observability/channels';

const STEPS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

export const nodeChannels: Channels = {
  check: diagnostics.channel('statsig:check') as Channel<unknown>,
  exposure: diagnostics.channel('statsig:exposure') as Channel<unknown>,
  sync: tracing('statsig.sync'),
  flush: tracing('statsig.flush'),
};

/** Node before 18.19 has none. */
function tracing(name: string): Tracing<object> {
  if (typeof diagnostics.tracingChannel !== 'function') return NO_CHANNELS.sync as Tracing<object>;
  const channel = diagnostics.tracingChannel<object>(name);
  const steps = STEPS.map((step) => diagnostics.channel(`tracing:${name}:${step}`));
  return {
    trace: (context, work) =>
      steps.some(({ hasSubscribers }) => hasSubscribers)
        ? channel.tracePromise(work, context)
        : work(),
  };
}

import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { logs, type LoggerProvider } from '@opentelemetry/api-logs';
import { functions, place, type StatsigServer } from '../api/statsig';
import { VERSION } from '../engine/version';
import { countEvaluations, logEvaluations } from './evaluations';
import { measure } from './metrics';
import type { Observed } from './observed';
import { traceWork } from './traces';

/** What is observed, and where it goes. */
export interface OtelOptions {
  /** The instance. Default: the shared one of `Statsig.initialize`, in all of its lives. */
  statsig?: StatsigServer;
  /** Log events of evaluations. Default true. */
  logs?: boolean;
  /** Metrics. Default true. */
  metrics?: boolean;
  /** Spans. Default true. */
  traces?: boolean;
  /** Whether log events name the user, as `feature_flag.context.id`. Default true. */
  contextId?: boolean;
  /**
   * Whether log events hold the values of configs and experiments, too, which may be large. Default
   * false: gates only.
   */
  values?: boolean;
  /** Default: the global one. */
  loggerProvider?: LoggerProvider;
  /** Default: the global one. */
  meterProvider?: MeterProvider;
  /** Default: the global one. */
  tracerProvider?: TracerProvider;
}

const SCOPE = ['statsig-node-native', VERSION] as const;

/**
 * Observes an instance until the returned function is called. May be called before `initialize`.
 * @example const stop = observe();
 */
export function observe(options: OtelOptions = {}): () => void {
  const { statsig, contextId = true, values = false } = options;
  const observed: Observed = statsig ?? functions;
  const isOurs = (instance: number): boolean => instance === (statsig ?? place.current)?.instance;
  const ends: (() => void)[] = [];
  if (options.logs !== false) {
    const logger = (options.loggerProvider ?? logs).getLogger(...SCOPE);
    ends.push(logEvaluations(observed, logger, { contextId, values }));
  }
  if (options.metrics !== false) {
    const meter = (options.meterProvider ?? metrics).getMeter(...SCOPE);
    ends.push(countEvaluations(observed, meter), measure(observed, meter, isOurs));
  }
  if (options.traces !== false) {
    const tracer = (options.tracerProvider ?? trace).getTracer(...SCOPE);
    ends.push(traceWork(tracer, isOurs));
  }
  return () => ends.splice(0).forEach((end) => end());
}

/** Explanations as applications ask for them. What makes them is loaded with the first one. */
import type { Verdict } from '../answers/verdict';
import { EXPERIMENT_KIND, SpecKind } from '../engine/engine';
import { explained } from '../engine-host/explained';
import type { Asked, Explainable } from '../explain/explain';
import type { ExplainedKind, ExplainOptions, Explanation } from '../explain/types';
import { StickyAssignments, stickyRequest } from '../features/sticky';
import { textOf } from '../host/host';
import type { SafeLogger } from '../observability/logger';
import type { GetExperimentOptions } from '../options/statsig-options';
import { exposureEvent, layerExposureEvent } from '../results/log-event';
import type { Runtime } from '../runtime/runtime';
import { StatsigInvalidArgumentError, StatsigUninitializedError } from '../types/errors';
import type { StatsigUser } from '../types/user';
import { plainNowOf } from '../updates/packed-specs';
import * as calls from './calls';
import type { PublicCalls } from './public-calls';

/* eslint-disable @typescript-eslint/no-require-imports -- loaded lazily and synchronously */
const explainer = () => require('../explain/explain') as typeof import('../explain/explain');
/* eslint-enable @typescript-eslint/no-require-imports */

const KINDS: readonly ExplainedKind[] = [
  'gate',
  'config',
  'experiment',
  'layer',
  'parameter_store',
];

/** See the head of this file. */
export interface ExplainCalls {
  /**
   * Why the user gets what of a gate, config, experiment, layer or parameter store: every rule,
   * condition and value that was looked at. Logs no exposure. Private attributes are masked unless
   * `showPrivate` is set. For people, not for every request: it takes as long as the first check of
   * a user, and 10 ms per MB of payload the first time.
   * @throws as `checkGate` does
   * @example console.log(formatExplanation(Statsig.explain(user, 'gate', 'new_checkout')));
   */
  explain(
    user: StatsigUser,
    kind: ExplainedKind,
    name: string,
    options?: ExplainOptions,
  ): Explanation;

  /** `explain` of a gate. */
  explainGate(user: StatsigUser, name: string, options?: ExplainOptions): Explanation;

  /** `explain` of a dynamic config. */
  explainConfig(user: StatsigUser, name: string, options?: ExplainOptions): Explanation;

  /** `explain` of an experiment; sticky values may be given as to `getExperiment`. */
  explainExperiment(user: StatsigUser, name: string, options?: ExplainOptions): Explanation;

  /** `explain` of a layer; sticky values may be given as to `getLayer`. */
  explainLayer(user: StatsigUser, name: string, options?: ExplainOptions): Explanation;

  /** `explain` of a parameter store: of each of its parameters. */
  explainParameterStore(user: StatsigUser, name: string, options?: ExplainOptions): Explanation;
}

/** The calls on one life. */
export class Explanations implements ExplainCalls {
  constructor(
    private readonly publicCalls: PublicCalls,
    private readonly runtime: Runtime,
    private readonly logger: SafeLogger,
  ) {}

  explain(
    user: StatsigUser,
    kind: ExplainedKind,
    name: string,
    options?: ExplainOptions,
  ): Explanation {
    const { publicCalls, runtime, logger } = this;
    try {
      publicCalls.validate(user, name);
      if (!KINDS.includes(kind))
        throw new StatsigInvalidArgumentError(`The kind to explain is one of ${KINDS.join(', ')}`);
      const life = explainable(publicCalls, runtime, logger);
      return explainer().explain(life, user, [kind, name], options ?? {});
    } catch (error) {
      if (error instanceof StatsigInvalidArgumentError) throw error;
      if (error instanceof StatsigUninitializedError) throw error;
      return explainer().failed(kind, name, logger.describe(error));
    }
  }

  explainGate(user: StatsigUser, name: string, options?: ExplainOptions): Explanation {
    return this.explain(user, 'gate', name, options);
  }

  explainConfig(user: StatsigUser, name: string, options?: ExplainOptions): Explanation {
    return this.explain(user, 'config', name, options);
  }

  explainExperiment(user: StatsigUser, name: string, options?: ExplainOptions): Explanation {
    return this.explain(user, 'experiment', name, options);
  }

  explainLayer(user: StatsigUser, name: string, options?: ExplainOptions): Explanation {
    return this.explain(user, 'layer', name, options);
  }

  explainParameterStore(user: StatsigUser, name: string, options?: ExplainOptions): Explanation {
    return this.explain(user, 'parameter_store', name, options);
  }
}

function explainable(calls: PublicCalls, runtime: Runtime, logger: SafeLogger): Explainable {
  const { engineHost, applier } = runtime;
  const bytes = applier.lastGood?.bytes;
  return {
    payload: bytes ? { key: bytes, read: () => textOf(plainNowOf(bytes)) } : null,
    adapted: (kind, user, name) => adaptedBy(calls.adapted, kind, user, name),
    evaluated: (user, [lookup, name]) => explained(engineHost, user, lookup, name),
    stuck: (user, asked, options) => stuck(runtime, logger, [user, asked], options),
    store: (user, name) => calls.storeFor(user, name),
    eventOf: (verdict, parameter) =>
      parameter === null
        ? exposureEvent(verdict, null)
        : layerExposureEvent(verdict, parameter, null),
  };
}

function stuck(
  { engineHost }: Runtime,
  logger: SafeLogger,
  [user, [lookup, name]]: readonly [StatsigUser, Asked],
  options: ExplainOptions,
): Verdict | null {
  const request = stickyRequest(options as GetExperimentOptions);
  // Without storage nothing is saved or deleted.
  const reader = new StickyAssignments(null, logger);
  if (reader.isIdle(request)) return null;
  const kind = lookup === EXPERIMENT_KIND ? SpecKind.Config : lookup;
  const verdict = reader.evaluate(engineHost, user, { kind, name, lookup }, request);
  return verdict.record.reason === 'Persisted' ? verdict : null;
}

function adaptedBy(
  adapter: PublicCalls['adapted'],
  kind: ExplainedKind,
  user: StatsigUser,
  name: string,
): Verdict | null {
  if (adapter === null) return null;
  if (kind === 'gate') return adapter.gate(user, name, calls.GATE_QUIET.mode);
  if (kind === 'layer') return adapter.layer(user, name);
  return adapter.config(
    user,
    name,
    kind === 'config' ? calls.CONFIG_QUIET : calls.EXPERIMENT_QUIET,
  );
}

/**
 * Writes an explanation in plain words, a line for each step.
 * @example console.log(formatExplanation(Statsig.explainGate(user, 'new_checkout')));
 */
export function formatExplanation(explanation: Explanation): string {
  return explainer().formatExplanation(explanation);
}

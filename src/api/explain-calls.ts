/** Explanations as applications ask for them. What makes them is loaded with the first one. */
import type { Verdict } from '../answers/verdict';
import type { Explainable } from '../explain/explain';
import type { ExplainedKind, ExplainOptions, Explanation } from '../explain/types';
import type { SafeLogger } from '../observability/logger';
import type { Runtime } from '../runtime/runtime';
import type { StatsigUser } from '../types/user';
import * as calls from './calls';
import type { PublicCalls } from './public-calls';

/* eslint-disable @typescript-eslint/no-require-imports -- loaded lazily and synchronously */
const explainer = () => require('../explain/explain') as typeof import('../explain/explain');
const formatter = () => require('../explain/format') as typeof import('../explain/format');
/* eslint-enable @typescript-eslint/no-require-imports */

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
    publicCalls.validate(user, name);
    const life = explainable(publicCalls, runtime, logger);
    return explainer().explain(life, user, [kind, name], options ?? {});
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
  return {
    engineHost: runtime.engineHost,
    logger,
    payload: runtime.applier.lastGood?.bytes ?? null,
    adapted: (kind, user, name) => adaptedBy(calls.adapted, kind, user, name),
    store: (user, name) => calls.storeFor(user, name),
  };
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
  return formatter().formatExplanation(explanation);
}

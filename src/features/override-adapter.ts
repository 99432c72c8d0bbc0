/** Overrides of an application's own: the option `overrideAdapter`. */
import { fieldsOf } from '../host/fields';
import {
  EXPERIMENT_KIND,
  EvalMode,
  SpecKind,
  type LookupKind,
  type OutcomeRecord,
} from '../engine/engine';
import type { Verdict } from '../answers/verdict';
import type { EngineHost } from '../engine-host/engine-host';
import type { SafeLogger } from '../observability/logger';
import { onRejection } from '../observability/rejection';
import type { OverrideAdapter } from '../options/statsig-options';
import type { StatsigUser } from '../types/user';
import { readOr } from '../users/user-reader';

/** What is needed of a life. */
interface Life {
  readonly options: { readonly overrideAdapter: OverrideAdapter | null };
  readonly engineHost: EngineHost;
  readonly logger: SafeLogger;
}

/** Evaluations that the adapter answers; null where it leaves the answer to the specs. */
export class AdapterOverrides {
  private constructor(
    private readonly life: Life,
    private readonly adapter: OverrideAdapter,
  ) {}

  /** Null without an adapter. */
  static of(life: Life): AdapterOverrides | null {
    const { overrideAdapter } = life.options;
    return overrideAdapter === null ? null : new AdapterOverrides(life, overrideAdapter);
  }

  /** Whether it may answer for gates; what cannot be read may. */
  get asksGates(): boolean {
    return typeof readOr(this.adapter, 'overrideGate', this.ask) === 'function';
  }

  gate(user: StatsigUser, name: string, mode: number): Verdict | null {
    const value = this.ask('overrideGate', user, name);
    return typeof value === 'boolean' ? this.adopt(user, SpecKind.Gate, name, value, mode) : null;
  }

  config(
    user: StatsigUser,
    name: string,
    { lookup, mode }: { lookup?: LookupKind; mode: number },
  ): Verdict | null {
    const method = lookup === EXPERIMENT_KIND ? 'overrideExperiment' : 'overrideDynamicConfig';
    const value = asValues(this.ask(method, user, name));
    return value === null ? null : this.adopt(user, SpecKind.Config, name, value, mode);
  }

  /** Nothing is exposed: parameters are when they are read. */
  layer(user: StatsigUser, name: string): Verdict | null {
    const value = asValues(this.ask('overrideLayer', user, name));
    return value === null ? null : this.adopt(user, SpecKind.Layer, name, value, EvalMode.Quiet);
  }

  store(user: StatsigUser, name: string): Record<string, unknown> | null {
    return asValues(this.ask('overrideParameterStore', user, name));
  }

  private adopt(
    user: object,
    kind: SpecKind,
    name: string,
    value: boolean | Record<string, unknown>,
    mode: number,
  ): Verdict {
    const { engineHost } = this.life;
    const verdict = engineHost.adopt(user, recordOf(kind, name, value));
    if ((mode & EvalMode.Expose) !== 0) engineHost.expose(verdict, mode);
    return verdict;
  }

  private ask(method: keyof OverrideAdapter, user: StatsigUser, name: string): unknown {
    const complain = (error: unknown): void => {
      const { logger } = this.life;
      const text = `statsigSDK> overrideAdapter.${method} threw and overrides nothing`;
      logger.once(`adapter:${method}`, 'error', `${text}: ${logger.describe(error)}`);
    };
    try {
      const returned: unknown = this.adapter[method]?.(user, name);
      onRejection(returned, complain);
      return returned;
    } catch (error) {
      complain(error);
      return null;
    }
  }
}

/** A copy of what JSON can say; null for what is no object of values. */
function asValues(returned: unknown): Record<string, unknown> | null {
  try {
    const isRecord = typeof returned === 'object' && returned !== null && !Array.isArray(returned);
    if (!isRecord || typeof fieldsOf(returned)['then'] === 'function') return null;
    return JSON.parse(JSON.stringify(returned));
  } catch {
    return null;
  }
}

function recordOf(
  kind: SpecKind,
  name: string,
  value: boolean | Record<string, unknown>,
): OutcomeRecord {
  return {
    kind,
    name,
    value: typeof value === 'boolean' ? value : true,
    ruleID: 'override',
    groupName: null,
    idType: kind === SpecKind.Gate ? null : '',
    json: typeof value === 'boolean' ? {} : value,
    secondaryExposures: [],
    undelegatedSecondaryExposures: [],
    explicitParameters: null,
    configDelegate: null,
    configVersion: null,
    isExperimentGroup: false,
    reason: 'LocalOverride',
    persistedTime: null,
    sampling: { forwardAll: false, rate: null, seenAnalytical: false },
  };
}

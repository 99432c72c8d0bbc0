/**
 * Sticky assignment: experiments whose users keep the group they once got (BEHAVIOUR.md 5). The
 * storage belongs to the user of the SDK and is called exactly when statsig-node calls it; what it
 * throws is logged and ignored.
 */
import {
  EvalMode,
  SpecKind,
  type LookupKind,
  type OutcomeRecord,
  type SecondaryExposure,
} from '../engine/engine';
import type { Verdict } from '../answers/verdict';
import type { EngineHost } from '../engine-host/engine-host';
import { textOf } from '../users/tagged-values';
import { attribute, keysOf, read } from '../users/user-reader';
import type {
  IUserPersistentStorage,
  StickyValues,
  UserPersistedValues,
} from '../types/user-persistent-storage';
import type { SafeLogger } from '../observability/logger';
import { onRejection } from '../observability/rejection';
import type { GetExperimentOptions } from '../options/statsig-options';

/** What one call says about stickiness. */
export interface StickyRequest {
  values: UserPersistedValues | null;
  enforceTargeting: boolean;
  enforceOverrides: boolean;
}

/** A call that says nothing. */
export const NOT_STICKY: StickyRequest = {
  values: null,
  enforceTargeting: false,
  enforceOverrides: false,
};

/** Reads a call's options, which may be anything. Those that throw say nothing. */
export function stickyRequest(options: GetExperimentOptions | undefined | null): StickyRequest {
  const values = read(options, 'userPersistedValues') as StickyRequest['values'] | undefined;
  if (values == null) return NOT_STICKY;
  const more = read(options, 'persistentAssignmentOptions');
  return {
    values,
    enforceTargeting: Boolean(read(more, 'enforceTargeting')),
    enforceOverrides: Boolean(read(more, 'enforceOverrides')),
  };
}

/** See the head of this file. */
export class StickyAssignments {
  constructor(
    private readonly storage: IUserPersistentStorage | null,
    private readonly logger: SafeLogger,
  ) {}

  /** True when a call needs nothing of this: no storage and nothing persisted. */
  isIdle(request: StickyRequest): boolean {
    return this.storage === null && request.values === null;
  }

  /** Evaluates without exposing, the sticky value first. @throws EvaluationFailedError */
  evaluate(
    engineHost: EngineHost,
    user: object,
    ask: { kind: SpecKind; name: string; lookup?: LookupKind },
    request: StickyRequest,
  ): Verdict {
    const fresh = engineHost.evaluate(user, ask.lookup ?? ask.kind, ask.name, EvalMode.Quiet);
    const { reason } = fresh.record;
    if (reason === 'LocalOverride' || reason === 'Uninitialized' || reason === 'Unrecognized') {
      return fresh;
    }
    const spec = { ...ask, idType: this.infoOf(engineHost, ask.kind, ask.name)?.idType ?? null };
    return ask.kind === SpecKind.Layer
      ? this.layer(engineHost, user, spec, request, fresh)
      : this.config(engineHost, user, spec, request, fresh);
  }

  /** All assignments stored for a user, `{}` when there are none or the storage fails. */
  load(user: object, idType: string): UserPersistedValues {
    if (this.storage === null) {
      return {};
    }
    const key = this.keyOf(user, idType);
    return this.asked('Loading', key, (storage) => storage.load?.(key)) ?? {};
  }

  private config(
    engineHost: EngineHost,
    user: object,
    spec: StickySpec,
    request: StickyRequest,
    fresh: Verdict,
  ): Verdict {
    if (request.values === null || !this.isActive(engineHost, spec.name)) {
      this.delete(user, spec);
      return fresh;
    }
    const stored = request.values[spec.name];
    if (stored) {
      return this.sticks(engineHost, user, spec.name, request)
        ? adopt(engineHost, user, spec, stored)
        : fresh;
    }
    if (fresh.record.isExperimentGroup) {
      this.save(user, spec, fresh);
    }
    return fresh;
  }

  private layer(
    engineHost: EngineHost,
    user: object,
    spec: StickySpec,
    request: StickyRequest,
    fresh: Verdict,
  ): Verdict {
    if (!request.values) {
      this.delete(user, spec);
      return fresh;
    }
    const stored = request.values[spec.name];
    const delegate = stored ? stored.config_delegate : fresh.record.configDelegate;
    if (!delegate || !this.isActive(engineHost, delegate)) {
      this.delete(user, spec);
      return fresh;
    }
    if (stored) {
      return this.sticks(engineHost, user, delegate, request)
        ? adopt(engineHost, user, spec, stored)
        : fresh;
    }
    if (fresh.record.isExperimentGroup) {
      this.save(user, spec, fresh);
    }
    return fresh;
  }

  /**
   * With enforceTargeting the assignment holds while the targeting rules do not turn the user away,
   * with enforceOverrides while no override rule gives the user a group (NEWER.md 13).
   */
  private sticks(
    engineHost: EngineHost,
    user: object,
    config: string,
    request: StickyRequest,
  ): boolean {
    const { enforceTargeting, enforceOverrides } = request;
    const passes = (mode: number): boolean => engineHost.evaluateOnly(user, config, mode);
    if (enforceTargeting && passes(EvalMode.TargetingOnly)) return false;
    return !(enforceOverrides && passes(EvalMode.OverridesOnly));
  }

  private isActive(engineHost: EngineHost, config: string): boolean {
    return this.infoOf(engineHost, SpecKind.Config, config)?.isActive === true;
  }

  private infoOf(engineHost: EngineHost, kind: SpecKind, name: string) {
    return engineHost.query((engine) => {
      const index = engine.specIndex(kind, name);
      return index < 0 ? null : engine.specInfo(index);
    });
  }

  private save(user: object, spec: StickySpec, verdict: Verdict): void {
    if (this.storage === null) {
      return;
    }
    const key = this.keyOf(user, spec.idType ?? undefined);
    this.asked('Saving', key, (storage) => storage.save?.(key, spec.name, stickyValuesOf(verdict)));
  }

  private delete(user: object, spec: StickySpec): void {
    if (this.storage === null) {
      return;
    }
    const key = this.keyOf(user, spec.idType ?? undefined);
    this.asked('Deleting', key, (storage) => storage.delete?.(key, spec.name));
  }

  /**
   * What the storage says; undefined when it throws. What it throws, now or as a promise, is
   * logged.
   */
  private asked<T>(
    what: string,
    key: string,
    call: (storage: IUserPersistentStorage) => T,
  ): T | undefined {
    const complain = (error: unknown): void =>
      this.logger.error(
        `statsigSDK> ${what} persisted values for ${key} failed: ${this.logger.describe(error)}`,
      );
    try {
      const returned = this.storage === null ? undefined : call(this.storage);
      onRejection(returned, complain);
      return returned;
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  private keyOf(user: object, idType: unknown): string {
    const unitID = unitIDOf(user, idType);
    if (!unitID) {
      this.logger.warn(`statsigSDK> No unit ID found for ID type ${textOf(idType)}`);
    }
    return `${textOf(unitID ?? '')}:${textOf(idType)}`;
  }
}

interface StickySpec {
  kind: SpecKind;
  name: string;
  idType: string | null;
}

/** The user's ID of a type: exact spelling first, then any (BEHAVIOUR.md 3.5). */
function unitIDOf(user: object, idType: unknown): unknown {
  if (typeof idType !== 'string' || idType.toLowerCase() === 'userid') {
    return read(user, 'userID');
  }
  const customIDs = attribute(user, 'customIDs');
  const exact = attribute(customIDs, idType);
  if (exact !== undefined) {
    return exact;
  }
  const wanted = idType.toLowerCase();
  const key = keysOf(customIDs).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : read(customIDs, key);
}

function stickyValuesOf(verdict: Verdict): StickyValues {
  const { record } = verdict;
  return {
    value: record.value,
    json_value: verdict.value as Record<string, unknown>,
    rule_id: record.ruleID,
    group_name: record.groupName,
    secondary_exposures: copies(record.secondaryExposures),
    undelegated_secondary_exposures: copies(record.undelegatedSecondaryExposures),
    config_delegate: record.configDelegate,
    explicit_parameters: record.explicitParameters === null ? null : [...record.explicitParameters],
    time: verdict.configSyncTime,
    configVersion: (record.configVersion ?? undefined) as number | undefined,
  };
}

/**
 * The outcome that stored values stand for. They come from outside, so every field is brought to
 * its type.
 */
function adopt(
  engineHost: EngineHost,
  user: object,
  spec: StickySpec,
  stored: StickyValues,
): Verdict {
  const record: OutcomeRecord = {
    kind: spec.kind,
    name: spec.name,
    value: stored.value === true,
    ruleID: typeof stored.rule_id === 'string' ? stored.rule_id : '',
    groupName: textOrNull(stored.group_name),
    idType: null,
    json: typeof stored.json_value === 'object' ? stored.json_value : {},
    secondaryExposures: exposuresIn(stored.secondary_exposures),
    undelegatedSecondaryExposures: exposuresIn(stored.undelegated_secondary_exposures),
    explicitParameters: Array.isArray(stored.explicit_parameters)
      ? stored.explicit_parameters.map(String)
      : null,
    configDelegate: textOrNull(stored.config_delegate),
    // The newer SDK writes the other name.
    configVersion: stored.configVersion ?? stored.config_version ?? null,
    isExperimentGroup: true,
    reason: 'Persisted',
    persistedTime: typeof stored.time === 'number' ? stored.time : 0,
    sampling: { forwardAll: false, rate: null, seenAnalytical: false },
  };
  return engineHost.adopt(user, record);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function copies(exposures: SecondaryExposure[]): SecondaryExposure[] {
  return exposures.map((exposure) => ({ ...exposure }));
}

function exposuresIn(stored: unknown): SecondaryExposure[] {
  if (!Array.isArray(stored)) {
    return [];
  }
  return (stored as Partial<SecondaryExposure>[])
    .filter((exposure) => typeof exposure === 'object' && exposure !== null)
    .map(({ gate, gateValue, ruleID }) => ({
      gate: String(gate),
      gateValue: String(gateValue),
      ruleID: String(ruleID),
    }));
}

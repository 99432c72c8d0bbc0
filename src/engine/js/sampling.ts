/** Whether an exposure is logged, and what it says about that (BEHAVIOUR.md 7.7). */

import { type OutcomeRecord, SpecKind } from '../engine';
import { signedSha64 } from './hashing';
import type { User } from './user';

export interface SamplingSettings {
  mode: string | null;
  specialRate: number | null;
  isProduction: boolean;
}

export interface SamplingDecision {
  readonly isLogged: boolean;
  /** JSON for `statsigMetadata`. */
  readonly metadata: string;
}

/** Names and rules remembered per window; emptied beyond. */
const MAX_FIRSTS = 100_000;
const SPECIAL_RULES = new Set(['disabled', 'default', '']);
const PLAIN: SamplingDecision = { isLogged: true, metadata: '{}' };

export class Sampler {
  private readonly firsts = new Set<string>();
  private readonly forced = new Map<string, SamplingDecision>();

  clear(): void {
    this.firsts.clear();
  }

  decide(
    settings: SamplingSettings,
    record: OutcomeRecord,
    user: User,
    parameter: ExposedParameter | null,
  ): SamplingDecision {
    const { mode } = settings;
    if (mode === null) return PLAIN;
    if (mode === 'none' || !settings.isProduction || record.sampling.forwardAll)
      return this.force(mode);
    if (this.isFirst(`${record.name}_${record.ruleID}`) || record.sampling.seenAnalytical)
      return this.force(mode);
    const rate =
      record.sampling.rate ?? (SPECIAL_RULES.has(record.ruleID) ? settings.specialRate : null);
    if (rate === null) return this.force(mode);
    const divisor = divisorOf(rate);
    if (divisor === 0n) return PLAIN;
    if (mode !== 'on' && mode !== 'shadow') return this.force(mode);
    const passes = signedSha64(samplingKey(record, user, parameter)) % divisor === 0n;
    return {
      isLogged: passes || mode === 'shadow',
      metadata:
        `{"samplingRate":${JSON.stringify(rate)},"shadowLogged":"` +
        `${passes ? 'logged' : 'dropped'}","samplingMode":"${mode}"}`,
    };
  }

  private isFirst(key: string): boolean {
    if (this.firsts.has(key)) return false;
    if (this.firsts.size >= MAX_FIRSTS) this.firsts.clear();
    this.firsts.add(key);
    return true;
  }

  private force(mode: string): SamplingDecision {
    let decision = this.forced.get(mode);
    if (decision === undefined) {
      this.forced.clear();
      decision =
        mode === '' ? PLAIN : { isLogged: true, metadata: JSON.stringify({ samplingMode: mode }) };
      this.forced.set(mode, decision);
    }
    return decision;
  }
}

/**
 * 0 where statsig-node throws, by `BigInt(rate)` or by dividing by it; it then logs without
 * metadata.
 */
function divisorOf(rate: unknown): bigint {
  try {
    return BigInt(rate as string);
  } catch {
    return 0n;
  }
}

/** A layer parameter as exposures name it. */
export interface ExposedParameter {
  readonly name: string;
  readonly isExplicit: boolean;
  readonly allocatedExperiment: string;
}

function samplingKey(
  record: OutcomeRecord,
  user: User,
  parameter: ExposedParameter | null,
): string {
  const { kind, name, ruleID } = record;
  const who = user.samplingKey();
  if (kind === SpecKind.Gate) return `n:${name};${who}r:${ruleID};v:${String(record.value)}`;
  if (kind === SpecKind.Config) return `n:${name};${who}r:${ruleID}`;
  return (
    `n:${name};e:${parameter?.allocatedExperiment ?? ''};p:${parameter?.name ?? ''};` +
    `${who}r:${ruleID}`
  );
}

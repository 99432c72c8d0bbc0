/** Shows checks to hooks and channels; costs two reads and a length while there are none. */
import type { Verdict } from '../answers/verdict';
import { EvalMode } from '../engine/engine';
import { contained } from '../observability/error-boundary';
import type { Channels, CheckKind } from '../observability/channels';
import type { SafeLogger } from '../observability/logger';
import { DynamicConfig, Layer, type FeatureGate } from '../results/results';
import type { Check, Listeners } from '../runtime/listeners';
import type { StatsigUser } from '../types/user';
import { read } from '../users/user-reader';

export interface WatchersOptions {
  channels: Channels;
  listeners: Listeners;
  logger: SafeLogger;
  instance: number;
}

/** What is exposed, beside the verdict. */
export interface Exposed {
  kind: CheckKind;
  name: string;
  parameter?: string;
  mode: number;
}

/** See the head of this file. Nothing of it throws. */
export class Watchers {
  private readonly hooks: Listeners['hooks'];
  private readonly check: Channels['check'];
  private readonly exposure: Channels['exposure'];

  constructor(private readonly options: WatchersOptions) {
    this.hooks = options.listeners.hooks;
    this.check = options.channels.check;
    this.exposure = options.channels.exposure;
  }

  /** Nobody looks. */
  get isIdle(): boolean {
    return this.hooks.length === 0 && !this.check.hasSubscribers && !this.exposure.hasSubscribers;
  }

  /** A check begins: null when nobody looks. */
  begin(kind: CheckKind, name: string, user: StatsigUser): Check | null {
    if (this.isIdle) return null;
    const check: Check = { kind, name, user };
    for (const hooks of [...this.hooks])
      contained(this.options.logger, 'An evaluation hook', () => hooks.before?.(check));
    return check;
  }

  /** What the caller is about to get. */
  end(check: Check | null, result: FeatureGate | DynamicConfig | Layer, mode: number): void {
    if (check === null) return;
    for (const hooks of [...this.hooks])
      contained(this.options.logger, 'An evaluation hook', () => hooks.after?.(check, result));
    if (!this.check.hasSubscribers) return;
    const { kind, name, user } = check;
    const isExposed = (mode & EvalMode.Expose) !== 0;
    const userID = read(user, 'userID');
    const { instance } = this.options;
    this.check.publish({ instance, kind, name, userID, ...told(result), isExposed });
  }

  /** A call logs an exposure, if `mode` says so. */
  exposed({ kind, name, parameter, mode }: Exposed, { record, user }: Verdict): void {
    if (!this.exposure.hasSubscribers || (mode & EvalMode.Expose) === 0) return;
    const { ruleID, groupName } = record;
    this.exposure.publish({
      instance: this.options.instance,
      kind,
      name,
      ...(parameter === undefined ? {} : { parameter }),
      userID: read(user, 'userID'),
      ruleID,
      groupName,
      isManual: (mode & EvalMode.Manual) !== 0,
    });
  }
}

function told(result: FeatureGate | DynamicConfig | Layer): {
  value?: unknown;
  ruleID: string;
  groupName: string | null;
  reason: string;
} {
  if (result instanceof DynamicConfig || result instanceof Layer) {
    const about = {
      ruleID: result.getRuleID(),
      groupName: result.getGroupName(),
      reason: result.getEvaluationDetails()?.reason ?? 'Error',
    };
    return result instanceof Layer ? about : { value: result.value, ...about };
  }
  const { value, ruleID, groupName, evaluationDetails } = result;
  return { value, ruleID, groupName, reason: evaluationDetails?.reason ?? 'Error' };
}

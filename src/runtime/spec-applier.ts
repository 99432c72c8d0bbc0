/**
 * From payload bytes to specs that serve: parse and compile (off the event loop where the engine
 * can), check, swap. The checks and their order are those of BEHAVIOUR.md 3.1.
 */
import { djb2 } from './djb2';
import type { PreparedSpecs, SpecsSummary } from '../engine/engine';
import {
  StatsigInvalidConfigSpecsResponseError,
  StatsigInvalidDataAdapterValuesError,
  StatsigSDKKeyMismatchError,
} from '../types/errors';
import { WINDOW_MS, type EngineHost } from '../engine-host/engine-host';
import { NO_ENVIRONMENT, type EnvironmentRule } from '../users/user-json';
import { textOf } from '../host/host';
import type { WindowLengths } from './exposure-windows';
import type { SafeLogger } from '../observability/logger';
import { DataAdapterKeyPath } from '../storage/data-adapter';
import type { SpecSource } from '../updates/spec-source';
import type { ApplyResult } from '../updates/spec-outcome';
import { isSameSpecs, plainOf, textLengthOf, type SpecBytes } from '../updates/packed-specs';
import type { StatsigEnvironment } from '../types/user';
import { isError } from '../observability/thrown';

/**
 * Refused payloads up to this size, in bytes, are parsed once more to say why; larger ones would
 * block the event loop.
 */
const LARGEST_EXPLAINED = 1024 * 1024;

const SHORTEST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 3_600_000;

/** A payload as it arrived, kept so that another engine can take over. */
export interface RawPayload {
  bytes: SpecBytes;
  source: SpecSource;
}

/** Specs that have just begun to serve. */
export interface SpecsInForce {
  source: SpecSource;
  time: number;
  bytes: SpecBytes;
}

export interface SpecApplierOptions {
  engineHost: EngineHost;
  secretKey: string | null;
  environment: StatsigEnvironment | null;
  logger: SafeLogger;
  /** `specSources` is given: the source is whose specs are in force, not who said so last. */
  isOrdered?: boolean;
  reportMismatch(error: Error): void;
  /** A payload for this key arrived; one that turns out to be older counts, too. */
  onAccepted(summary: SpecsSummary): void;
  /** An engine prepares specs, not all of it on this thread. */
  onPreparing?(): void;
  /** A payload is about to be committed. */
  onCommitting(summary: SpecsSummary): void;
  /** It serves. Must not throw. */
  onCommitted?(specs: SpecsInForce): void;
}

/** Owns lastUpdateTime, the source of the specs, and the last good payload. */
export class SpecApplier {
  /** `time` of the specs in force, 0 when none (or when they have none). */
  lastUpdateTime = 0;
  /** The last payload that was committed. */
  lastGood: RawPayload | null = null;
  /** That of the payload in force. */
  checksum: string | null = null;
  /** Format of the payload in force. */
  format: 1 | 2 = 1;
  /** Lengths of windows of exposures. */
  windows: WindowLengths = { exposed: WINDOW_MS, sampled: WINDOW_MS };
  /** Flags of the payload in force. */
  sdkFlags: Record<string, unknown> = {};
  /** What users get as `statsigEnvironment`; null for none. */
  environment: object | null = null;
  /** The same as users get it. */
  environmentRule: EnvironmentRule = NO_ENVIRONMENT;
  private reason: SpecSource | 'Uninitialized' = 'Uninitialized';
  private initTime = 0;

  constructor(private readonly options: SpecApplierOptions) {
    this.setEnvironment(null, true);
  }

  /**
   * Never rejects. A payload that is in force already is not parsed again: pollers of an adapter
   * get it every time.
   */
  async apply(bytes: SpecBytes, source: SpecSource): Promise<ApplyResult> {
    if (await this.isInForce(bytes)) {
      return this.succeeded('applied', source);
    }
    let prepared: PreparedSpecs;
    try {
      const preparing = this.options.engineHost.engine.prepareSpecs(bytes);
      this.options.onPreparing?.();
      prepared = await preparing;
    } catch (error) {
      this.options.logger.debug(
        `statsigSDK> Config specs were rejected: ${this.options.logger.describe(error)}`,
      );
      return { status: 'rejected', error: (await parseError(bytes)) ?? invalid(source) };
    }
    try {
      return this.decide(prepared, bytes, source);
    } catch (error) {
      return { status: 'rejected', error: isError(error) ? error : new Error(String(error)) };
    }
  }

  /** Whether these specs, in the same form, are the last that were committed. */
  async isInForce(bytes: SpecBytes): Promise<boolean> {
    return this.lastGood !== null && isSameSpecs(this.lastGood.bytes, bytes);
  }

  /** Fixes `initTime` at the end of init: the time of the specs, -1 when there are none. */
  fixInitTime(): void {
    this.initTime = this.lastUpdateTime === 0 ? -1 : this.lastUpdateTime;
    this.publishSource();
  }

  /** True when answers come from specs. */
  get isServing(): boolean {
    return this.reason !== 'Uninitialized';
  }

  private decide(prepared: PreparedSpecs, bytes: SpecBytes, source: SpecSource): ApplyResult {
    const { handle, summary } = prepared;
    if (!this.isForThisKey(summary)) {
      this.discard(prepared);
      this.options.reportMismatch(new StatsigSDKKeyMismatchError());
      return { status: 'rejected', error: invalid(source) };
    }
    if (!summary.hasUpdates) {
      return this.succeeded('noUpdates', source);
    }
    this.options.onAccepted(summary);
    // Without a time it is as new as what is in force, unless there are several who may say so.
    const hasTime = summary.time !== undefined || this.options.isOrdered === true;
    const isOlder = hasTime && (summary.time ?? 0) < this.lastUpdateTime;
    if (isOlder || this.isKnown(summary)) {
      this.discard(prepared);
      return this.succeeded(isOlder ? 'older' : 'same', source);
    }
    this.options.onCommitting(summary);
    // In dcs-v2 what a user says of itself comes first (NEWER.md 14).
    this.setEnvironment(summary.defaultEnvironment, summary.format === 1);
    this.options.engineHost.commit({ handle, summary });
    this.lastUpdateTime = summary.time ?? this.lastUpdateTime;
    this.lastGood = { bytes, source };
    this.format = summary.format;
    this.sdkFlags = summary.sdkFlags;
    this.windows = {
      exposed: windowOf(summary, 'exposure_dedupe_ttl_ms'),
      sampled: windowOf(summary, 'exposure_spec_sampling_ttl_ms'),
    };
    this.checksum = summary.checksum;
    this.options.onCommitted?.({ source, time: this.lastUpdateTime, bytes });
    for (const warning of summary.warnings) {
      this.options.logger.warn(`statsigSDK> ${warning}`);
    }
    return this.succeeded('applied', source, true);
  }

  /** In dcs-v2 an equal checksum says that nothing changed. */
  private isKnown({ format, checksum }: SpecsSummary): boolean {
    return format === 2 && this.format === 2 && Boolean(checksum) && checksum === this.checksum;
  }

  /**
   * A payload made for another key is refused. Without a key (localMode) there is nothing to
   * compare with.
   */
  private isForThisKey(summary: SpecsSummary): boolean {
    const { secretKey } = this.options;
    return (
      summary.hashedSdkKeyUsed === null ||
      secretKey === null ||
      summary.hashedSdkKeyUsed === djb2(secretKey)
    );
  }

  /** The source counts even without an update; a bootstrap counts only once there is a time. */
  private succeeded(
    status: Exclude<ApplyResult['status'], 'rejected'>,
    source: SpecSource,
    isNew = this.options.isOrdered !== true,
  ): ApplyResult {
    if (isNew && (source !== 'Bootstrap' || this.lastUpdateTime !== 0)) {
      this.reason = source;
    }
    this.publishSource();
    return { status, time: this.lastUpdateTime };
  }

  private publishSource(): void {
    const { reason, lastUpdateTime: configSyncTime, initTime } = this;
    this.options.engineHost.setSpecTimes({ reason, configSyncTime, initTime });
  }

  private setEnvironment(
    payloadTier: SpecsSummary['defaultEnvironment'],
    overwrites: boolean,
  ): void {
    this.environment =
      this.options.environment ?? (payloadTier === null ? null : { tier: payloadTier });
    const json = this.environment === null ? '' : jsonOf(this.environment);
    this.environmentRule = {
      json,
      overwrites,
      ...(!overwrites && json !== '' && { completes: Object.keys(JSON.parse(json) as object) }),
    };
    this.options.engineHost.responses.setEnvironment(this.environmentRule);
  }

  private discard(prepared: PreparedSpecs): void {
    if (prepared.handle !== 0) {
      this.options.engineHost.engine.discardSpecs(prepared.handle);
    }
  }
}

/** dcs-v2 may say how long an exposure is remembered as logged, or as the first of its kind. */
function windowOf({ format, sdkConfigs }: SpecsSummary, setting: string): number {
  const wanted = sdkConfigs[setting];
  const isUsable = format === 2 && typeof wanted === 'number' && wanted > 0;
  return isUsable ? Math.min(Math.max(wanted, SHORTEST_WINDOW_MS), LONGEST_WINDOW_MS) : WINDOW_MS;
}

function jsonOf(environment: object): string {
  try {
    return JSON.stringify(environment) ?? '';
  } catch {
    return '';
  }
}

function invalid(source: SpecSource): Error {
  return source === 'DataAdapter'
    ? new StatsigInvalidDataAdapterValuesError(DataAdapterKeyPath.V1Rulesets)
    : new StatsigInvalidConfigSpecsResponseError();
}

/** The parser's complaint about a refused payload; null when it is JSON, or too large to look. */
async function parseError(bytes: SpecBytes): Promise<Error | null> {
  if (textLengthOf(bytes) > LARGEST_EXPLAINED) {
    return null;
  }
  try {
    JSON.parse(textOf(await plainOf(bytes)));
    return null;
  } catch (error) {
    return error as Error;
  }
}

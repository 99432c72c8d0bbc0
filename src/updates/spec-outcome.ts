/** What became of a payload, and of a start. */
import type { SpecSource } from './spec-source';

/**
 * What the facade did with a payload. `time`: lastUpdateTime now in force (0 = none).
 * 'older': has_updates was true but the payload is not newer; nothing changed. 'same': it has the
 * checksum of what is in force.
 */
export type ApplyResult =
  | { status: 'applied' | 'noUpdates' | 'same' | 'older'; time: number }
  | { status: 'rejected'; error: Error };

/** Result of `initialize`; becomes InitializationDetails. */
export interface SpecInitResult {
  success: boolean;
  /** The last failure, even when a later source succeeded (Q42). */
  error?: Error;
  source?: SpecSource;
}

/** Writes one source's outcome down. The last of success and failure wins; an error stays (Q42). */
export function note(
  result: SpecInitResult,
  source: SpecSource,
  error: Error | null,
  isSuccess = error === null,
): void {
  if (error !== null) {
    result.success = false;
    result.error = error;
  } else if (isSuccess) {
    result.success = true;
    result.source = source;
  }
}

export function whyUnusable(applied: ApplyResult, isJsonText: boolean): string {
  if (applied.status === 'rejected')
    return isJsonText ? 'they are no config specs of this key' : 'they are no JSON';
  return applied.status === 'noUpdates'
    ? 'they hold no config specs (has_updates is not true)'
    : 'they have no time';
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

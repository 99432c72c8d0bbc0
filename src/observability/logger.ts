/**
 * Logging. Every message passes through one `SafeLogger` per SDK instance, which applies the level,
 * masks secrets and survives a user logger that throws (BEHAVIOUR.md 2, Q17, Q46).
 */

import { onRejection } from './rejection';
import { isError } from './thrown';

export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug';

/** statsig-node's `LoggerInterface`. */
export interface LoggerInterface {
  /** Called from level `debug` up. */
  debug?(message?: unknown, ...optionalParams: unknown[]): void;
  /** Called from level `info` up. */
  info?(message?: unknown, ...optionalParams: unknown[]): void;
  /** Called from level `warn` up. */
  warn(message?: unknown, ...optionalParams: unknown[]): void;
  /** Called from level `error` up. */
  error(message?: unknown, ...optionalParams: unknown[]): void;
  /** Messages below it are left out. */
  logLevel: LogLevel;
}

const RANK: Record<LogLevel, number> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };
const MASK = '******';
const MAX_ONCE_KEYS = 1000;
/** Shorter secrets would mask ordinary text. */
const MIN_SECRET_LENGTH = 4;

/** Used when the options name no logger: the console, from `warn` up. */
export const consoleLogger: LoggerInterface = {
  debug: (...args) => console.debug(...args),
  info: (...args) => console.info(...args),
  warn: (...args) => console.warn(...args),
  error: (...args) => console.error(...args),
  logLevel: 'warn',
};

/** What JSON would leave out and a console would print. */
function shownInJson(value: unknown): unknown {
  if (isError(value))
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  if (value instanceof Map || value instanceof Set) return [...value];
  return typeof value === 'bigint' ? String(value) : value;
}

/** Wraps the user's logger. No method throws. */
export class SafeLogger {
  private readonly secrets: string[];
  private readonly seen = new Set<string>();
  private reportedFailure = false;

  /** `secrets`: texts never to appear in output, such as the secret key. */
  constructor(
    private readonly target: LoggerInterface = consoleLogger,
    secrets: readonly (string | null | undefined)[] = [],
  ) {
    this.secrets = secrets
      .filter(
        (secret): secret is string =>
          typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH,
      )
      .flatMap((secret) => [secret, encodeURIComponent(secret)])
      .filter((secret, index, all) => all.indexOf(secret) === index);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  info(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  /**
   * Logs the first message with this key, drops later ones. At most 1,000 keys; beyond them nothing
   * is logged.
   */
  once(key: string, level: 'debug' | 'info' | 'warn' | 'error', message: unknown): void {
    if (this.seen.has(key) || this.seen.size >= MAX_ONCE_KEYS) return;
    this.seen.add(key);
    this.write(level, message, []);
  }

  /** The text with every secret replaced by `******`. */
  mask(text: string): string {
    let masked = text;
    for (const secret of this.secrets) masked = masked.split(secret).join(MASK);
    return masked;
  }

  /** Text of anything that was thrown, masked. Never throws. */
  describe(thrown: unknown): string {
    try {
      return this.mask(isError(thrown) ? `${thrown.name}: ${thrown.message}` : String(thrown));
    } catch {
      return 'an error that has no text';
    }
  }

  private write(level: Exclude<LogLevel, 'none'>, message: unknown, rest: unknown[]): void {
    try {
      if (RANK[level] > (RANK[this.target.logLevel] ?? RANK.warn)) return;
      if (typeof this.target[level] !== 'function')
        return this.isNeeded(level) ? this.reportFailure() : undefined;
      const returned: unknown = this.target[level]?.(
        this.clean(message),
        ...rest.map((part) => this.clean(part)),
      );
      onRejection(returned, () => this.reportFailure());
    } catch {
      this.reportFailure();
    }
  }

  /** A logger may do without the others. */
  private isNeeded(level: LogLevel): boolean {
    return level === 'warn' || level === 'error';
  }

  private clean(part: unknown): unknown {
    if (typeof part === 'string') return this.mask(part);
    if (isError(part)) return this.mask(String(part));
    return typeof part === 'object' && part !== null ? this.cleanObject(part) : part;
  }

  /**
   * The object itself when no secret shows in its JSON; else a masked copy. One without JSON is not
   * shown at all.
   */
  private cleanObject(part: object): unknown {
    if (this.secrets.length === 0) return part;
    try {
      const text = JSON.stringify(part, (_, value: unknown) => shownInJson(value)) ?? '';
      const masked = this.mask(text);
      return masked === text ? part : JSON.parse(masked);
    } catch {
      return 'an object that has no JSON';
    }
  }

  private reportFailure(): void {
    if (this.reportedFailure) return;
    this.reportedFailure = true;
    try {
      console.error(
        'statsigSDK> the configured logger threw, rejected or has no such method; its ' +
          'messages are lost',
      );
    } catch {
      // Nowhere left to say it.
    }
  }
}

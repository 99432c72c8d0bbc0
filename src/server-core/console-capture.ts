/**
 * What an application writes to the console, as log lines. The console itself goes on as before;
 * what cannot be told of a line is left out, and nothing throws into the application.
 */
import type { ConsoleCaptureOptions } from './options';

type Level = NonNullable<ConsoleCaptureOptions['logLevels']>[number];
type Method = (...parts: unknown[]) => void;
/** Gets a line, and where it was written. */
type Forward = (level: Level, line: string, trace: string) => void;

const LEVELS: readonly Level[] = ['warn', 'error'];
const MOST_KEYS = 100;
const MOST_DEPTH = 10;
const MOST_LENGTH = 4096;
/** Lines of a stack that are told. */
const FRAMES = 3;
/** How our own lines begin. */
const OWN = /^(?:statsigSDK|\[Statsig\])/;

/** Whom lines belong to, if nobody is named. */
export const CAPTURE_USER = { userID: 'console-capture-user' };

/** See the head of this file. From its creation until `stop`. */
export class ConsoleCapture {
  private isStopped = false;
  /** Inside of a call: Node writes traces by `console.error`, and forwarding may log. */
  private isBusy = false;
  private readonly wrapped: { level: Level; original: Method; wrapper: Method }[] = [];

  constructor(
    private readonly limits: ConsoleCaptureOptions,
    private readonly forward: Forward,
  ) {
    for (const level of limits.logLevels ?? LEVELS) this.wrap(level);
  }

  /** The console is as it was, but where somebody else has wrapped it since: there it is let be. */
  stop(): void {
    this.isStopped = true;
    for (const { level, original, wrapper } of this.wrapped)
      if (console[level] === wrapper) console[level] = original;
  }

  private wrap(level: Level): void {
    const original = console[level] as Method | undefined;
    if (typeof original !== 'function') return;
    const wrapper: Method = (...parts) => {
      const isOutermost = !this.isBusy && !this.isStopped;
      if (isOutermost) this.isBusy = true;
      try {
        original.apply(console, parts);
      } finally {
        if (isOutermost) this.capture(level, parts);
      }
    };
    console[level] = wrapper;
    this.wrapped.push({ level, original, wrapper });
  }

  private capture(level: Level, parts: readonly unknown[]): void {
    try {
      if (typeof parts[0] === 'string' && OWN.test(parts[0])) return;
      const text = parts.map((part) => this.textOf(part)).join(' ');
      const trace = (new Error().stack ?? '')
        .split('\n')
        .slice(3, 3 + FRAMES)
        .join('\n');
      this.forward(level, level === 'trace' ? `Trace: ${text}\n${trace}` : text, trace);
    } catch {
      // A line that cannot be told.
    } finally {
      this.isBusy = false;
    }
  }

  private textOf(part: unknown): string {
    const { maxLength = MOST_LENGTH } = this.limits;
    const length = Math.min(maxLength, MOST_LENGTH);
    const text = typeof part === 'object' && part !== null ? this.json(part) : String(part);
    return text.length > length ? `${text.slice(0, length)}...` : text;
  }

  private json(value: object): string {
    const { maxKeys = MOST_KEYS, maxDepth = MOST_DEPTH } = this.limits;
    const keys = Math.min(maxKeys, MOST_KEYS);
    const depth = Math.min(maxDepth, MOST_DEPTH);
    try {
      if (value instanceof Error) return String(value);
      if (!isSmall(value, keys, depth)) return String(value);
      return JSON.stringify(value) ?? String(value);
    } catch {
      return '[unreadable]';
    }
  }
}

/** Neither wide nor deep, so that its JSON costs little. */
function isSmall(value: unknown, keys: number, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth <= 0) return false;
  const inner = Object.values(value);
  return inner.length <= keys && inner.every((entry) => isSmall(entry, keys, depth - 1));
}

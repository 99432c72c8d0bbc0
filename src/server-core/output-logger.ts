/** The newer SDK's logger as one of ours. */
import type { LoggerInterface } from '../observability/logger';
import type { OutputLoggerProvider } from './types';

type Level = 'none' | 'debug' | 'info' | 'warn' | 'error';
const TAG = 'Statsig';

/** undefined: the console, as everywhere. */
export function loggerOf(
  provider: OutputLoggerProvider | undefined,
  level: Level | undefined,
): LoggerInterface | undefined {
  if (provider == null && level === undefined) return undefined;
  const to =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (...parts: unknown[]): void => {
      const text = parts.map((part) => String(part)).join(' ');
      if (provider == null) console[name](text);
      else provider[name]?.(TAG, text);
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    logLevel: level ?? 'warn',
  };
}

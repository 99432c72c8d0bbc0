/**
 * The response that client SDKs are bootstrapped with (BEHAVIOUR.md 6): as text, as bytes, as an
 * object.
 */
import { asBuffer } from '../host/bytes';
import { engineOptions, type EngineOptions } from './client-initialize-options';
import { recover } from '../observability/error-boundary';
import { StatsigUninitializedError } from '../types/errors';
import type { EngineHost } from '../engine-host/engine-host';
import { read } from '../users/user-reader';
import { utf8 } from '../host/host';
import type { Diagnostics } from '../observability/diagnostics';
import type { ExceptionReporter } from '../observability/exception-report';
import type { SafeLogger } from '../observability/logger';
import type {
  ClientInitializeResponse,
  ClientInitializeResponseOptions,
} from '../types/client-initialize';

/** The parts of one life that responses need. */
export interface ResponseParts {
  readonly engineHost: EngineHost;
  readonly logger: SafeLogger;
  readonly diagnostics: Diagnostics;
  readonly exceptions: ExceptionReporter;
  readonly applier: { readonly lastUpdateTime: number; readonly environment: object | null };
}

/** What a call asks for. */
export interface ClientInitializeCall {
  user: unknown;
  clientKey: string | null | undefined;
  options: ClientInitializeResponseOptions | null | undefined;
}

/** JSON as the engine wrote it; null when no specs serve or the user is none. */
export function clientInitializeText(
  parts: ResponseParts,
  isReady: boolean,
  call: ClientInitializeCall,
): string | null {
  return guarded(parts, isReady, call, askText, (text) =>
    text !== null && read(call.options, 'htmlSafe') ? htmlSafe(text) : text,
  );
}

/** The same as UTF-8, a Buffer on Node. */
export function clientInitializeBytes(
  parts: ResponseParts,
  isReady: boolean,
  call: ClientInitializeCall,
): Uint8Array | null {
  if (!read(call.options, 'htmlSafe'))
    return guarded(parts, isReady, call, askBytes, (bytes) => bytes && asBuffer(bytes));
  return guarded(parts, isReady, call, askText, (text) =>
    text === null ? null : asBuffer(utf8(htmlSafe(text))),
  );
}

/** Characters that can end a script element or a JavaScript string, as JSON escapes. */
const ESCAPES: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * The same JSON value for inside an HTML page; outside strings JSON has none of these characters.
 */
function htmlSafe(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (unsafe) => ESCAPES[unsafe]!);
}

/**
 * The response as an object of the caller's own. A primitive user counts as one without fields, and
 * is echoed.
 */
export function clientInitializeObject(
  parts: ResponseParts,
  isReady: boolean,
  call: ClientInitializeCall,
): ClientInitializeResponse | null {
  return guarded(parts, isReady, call, askText, (text) => {
    const response = text === null ? null : (JSON.parse(text) as ClientInitializeResponse);
    if (response !== null && typeof call.user !== 'object') {
      response.user = call.user as ClientInitializeResponse['user'];
    }
    return response;
  });
}

type Form = string | Uint8Array;
type Ask<T extends Form> = (engineHost: EngineHost, user: object, asked: EngineOptions) => T | null;

const askText: Ask<string> = (engineHost, user, asked) =>
  engineHost.clientInitializeText(user, asked);
const askBytes: Ask<Uint8Array> = (engineHost, user, asked) =>
  engineHost.clientInitialize(user, asked);

function guarded<T extends Form, R>(
  parts: ResponseParts,
  isReady: boolean,
  call: ClientInitializeCall,
  ask: Ask<T>,
  give: (response: T | null) => R,
): R | null {
  let marker = '';
  let isSuccess = false;
  try {
    if (!isReady) {
      throw new StatsigUninitializedError();
    }
    marker = parts.diagnostics.startGcir();
    const response = respond(parts, call, ask);
    isSuccess = response !== null && !isEmpty(response);
    if (!isSuccess) {
      const empty = new Error('getClientInitializeResponse returns empty response');
      parts.exceptions.report(empty, contextOf(call));
    }
    return give(response);
  } catch (error) {
    isSuccess = false;
    recover(error, parts.exceptions, contextOf(call));
    return null;
  } finally {
    if (marker !== '') {
      parts.diagnostics.endGcir(marker, isSuccess);
    }
  }
}

function respond<T extends Form>(
  parts: ResponseParts,
  { user, clientKey, options }: ClientInitializeCall,
  ask: Ask<T>,
): T | null {
  if (parts.applier.lastUpdateTime === 0) {
    return null;
  }
  if (user == null) {
    throw new TypeError('getClientInitializeResponse needs a user, got null.');
  }
  if (typeof user !== 'object' && parts.applier.environment !== null) {
    throw new TypeError(`getClientInitializeResponse needs a user object, got ${typeof user}.`);
  }
  const { logger } = parts;
  const asked = engineOptions(clientKey, options, (key, message) =>
    logger.once(key, 'warn', message),
  );
  return ask(parts.engineHost, typeof user === 'object' ? user : {}, asked);
}

/**
 * True when all three maps, the first keys of the response, are empty, unless because the client
 * has them already.
 */
function isEmpty(response: Form): boolean {
  const head = headOf(response, LONGEST_HEAD);
  return head.startsWith(EMPTY_HEAD) && !head.includes('"has_updates":false');
}

function headOf(response: Form, length: number): string {
  return typeof response === 'string'
    ? response.slice(0, length)
    : String.fromCharCode(...response.subarray(0, length));
}

const EMPTY_HEAD = '{"feature_gates":{},"dynamic_configs":{},"layer_configs":{}';
/**
 * With enough for what stands between the maps and `has_updates`. All of it is ASCII where it
 * matters.
 */
const LONGEST_HEAD = EMPTY_HEAD.length + 80;

function contextOf({ clientKey, options }: ClientInitializeCall) {
  const hash = read(options, 'hash');
  return {
    tag: 'getClientInitializeResponse',
    ...(typeof clientKey === 'string' ? { clientKey } : {}),
    ...(typeof hash === 'string' ? { hash } : {}),
  };
}

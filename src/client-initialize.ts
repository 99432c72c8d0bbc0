/** The response that client SDKs are bootstrapped with (BEHAVIOUR.md 6): as bytes, as text, as an object. */
import type { ClientInitializeOptions } from './engine/engine';
import { recover } from './error-boundary';
import { StatsigUninitializedError } from './errors';
import type { Runtime } from './runtime';
import type { ClientInitializeResponse, ClientInitializeResponseOptions } from './types/client-initialize';

/** What a call asks for. */
export interface ClientInitializeCall {
  user: unknown;
  clientKey: string | null | undefined;
  options: ClientInitializeResponseOptions | null | undefined;
}

const utf8 = new TextDecoder();

/** UTF-8 JSON as the engine wrote it; null when no specs serve or the user is none. */
export function clientInitializeBytes(runtime: Runtime, isReady: boolean, call: ClientInitializeCall): Uint8Array | null {
  return guarded(runtime, isReady, call, (bytes) => (bytes !== null && call.options?.htmlSafe ? htmlSafe(bytes) : bytes));
}

/** Characters that can end a script element or a JavaScript string, as JSON escapes. */
const ESCAPES: Record<string, string> = {
  '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029',
};

/** The same JSON value for inside an HTML page; outside strings JSON has none of these characters. */
function htmlSafe(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(utf8.decode(bytes).replace(/[<>&\u2028\u2029]/g, (unsafe) => ESCAPES[unsafe]!));
}

/** The response as an object of the caller's own. A primitive user counts as one without fields, and is echoed. */
export function clientInitializeObject(
  runtime: Runtime,
  isReady: boolean,
  call: ClientInitializeCall,
): ClientInitializeResponse | null {
  return guarded(runtime, isReady, call, (bytes) => {
    const response = bytes === null ? null : (JSON.parse(utf8.decode(bytes)) as ClientInitializeResponse);
    if (response !== null && typeof call.user !== 'object') {
      response.user = call.user as ClientInitializeResponse['user'];
    }
    return response;
  });
}

function guarded<R>(runtime: Runtime, isReady: boolean, call: ClientInitializeCall, give: (bytes: Uint8Array | null) => R): R | null {
  let marker = '';
  let isSuccess = false;
  try {
    if (!isReady) {
      throw new StatsigUninitializedError();
    }
    marker = runtime.diagnostics.startGcir();
    const bytes = write(runtime, call);
    isSuccess = bytes !== null && !isEmpty(bytes);
    if (!isSuccess) {
      const empty = new Error('getClientInitializeResponse returns empty response');
      runtime.exceptions.report(empty, contextOf(call));
    }
    return give(bytes);
  } catch (error) {
    isSuccess = false;
    recover(error, runtime.exceptions, contextOf(call));
    return null;
  } finally {
    if (marker !== '') {
      runtime.diagnostics.endGcir(marker, isSuccess);
    }
  }
}

function write(runtime: Runtime, { user, clientKey, options }: ClientInitializeCall): Uint8Array | null {
  if (runtime.applier.lastUpdateTime === 0) {
    return null;
  }
  if (user == null) {
    throw new TypeError('getClientInitializeResponse needs a user, got null.');
  }
  if (typeof user !== 'object' && runtime.applier.environment !== null) {
    throw new TypeError(`getClientInitializeResponse needs a user object, got ${typeof user}.`);
  }
  const asked: Omit<ClientInitializeOptions, 'nowMs'> = {
    ...engineOptions(options ?? {}),
    clientKey: typeof clientKey === 'string' ? clientKey : null,
    hash: String(options?.hash ?? 'djb2'),
    includeLocalOverrides: Boolean(options?.includeLocalOverrides),
    random: Math.random(),
  };
  return runtime.evaluator.clientInitialize(typeof user === 'object' ? user : {}, asked);
}

/** The options as the engine takes them: filters are arrays there, and what is undefined is absent. */
function engineOptions(options: ClientInitializeResponseOptions): Partial<ClientInitializeOptions> {
  const { htmlSafe: _, ...rest } = options;
  const asked: Record<string, unknown> = { ...rest };
  for (const filter of FILTERS) {
    if (asked[filter] === undefined || asked[filter] === null) delete asked[filter];
    else asked[filter] = [...(asked[filter] as Iterable<string>)];
  }
  return asked;
}

const FILTERS = ['featureGateFilter', 'experimentFilter', 'dynamicConfigFilter', 'layerFilter', 'paramStoreFilter'] as const;

/** True when all three maps, the first keys of the response, are empty, unless because the client has them already. */
function isEmpty(bytes: Uint8Array): boolean {
  const head = utf8.decode(bytes.subarray(0, EMPTY_HEAD.length + UNCHANGED_ROOM));
  return head.startsWith(EMPTY_HEAD) && !head.includes('"has_updates":false');
}

/** Enough for what stands between the maps and `has_updates`. */
const UNCHANGED_ROOM = 80;

const EMPTY_HEAD = '{"feature_gates":{},"dynamic_configs":{},"layer_configs":{}';

function contextOf({ clientKey, options }: ClientInitializeCall) {
  const hash = options?.hash;
  return {
    tag: 'getClientInitializeResponse',
    ...(typeof clientKey === 'string' ? { clientKey } : {}),
    ...(typeof hash === 'string' ? { hash } : {}),
  };
}

/**
 * Every error that this package throws, rejects with or reports in `InitializationDetails.error`.
 *
 * Names and messages are those of statsig-node (BEHAVIOUR.md 1.8), because applications match on
 * them. Added to that: one base class, a stable `code` on each, and `instanceof` that also holds
 * across two copies of this package in one process (each class is recognised by its code, under a
 * registered symbol).
 */

const BRAND: unique symbol = Symbol.for('statsig-node-native.error-codes');

/** Stable identifiers of the errors, for callers that would rather not match messages. */
export type StatsigErrorCode =
  | 'STATSIG_ERROR'
  | 'STATSIG_UNINITIALIZED'
  | 'STATSIG_INVALID_ARGUMENT'
  | 'STATSIG_TOO_MANY_REQUESTS'
  | 'STATSIG_LOCAL_MODE_NETWORK'
  | 'STATSIG_INITIALIZE_FROM_NETWORK'
  | 'STATSIG_INITIALIZE_ID_LISTS'
  | 'STATSIG_INVALID_BOOTSTRAP_VALUES'
  | 'STATSIG_INVALID_DATA_ADAPTER_VALUES'
  | 'STATSIG_INVALID_ID_LISTS_RESPONSE'
  | 'STATSIG_INVALID_CONFIG_SPECS_RESPONSE'
  | 'STATSIG_SDK_KEY_MISMATCH'
  | 'STATSIG_INIT_TIMEOUT'
  | 'STATSIG_ENGINE_DIED'
  | 'STATSIG_ENGINE_UNAVAILABLE';

interface Branded {
  [BRAND]?: readonly StatsigErrorCode[];
}

/** Base class. `name` stays `'Error'`, as in statsig-node; `constructor.name` tells the class. */
export class StatsigError extends Error {
  /**
   * What went wrong, stable across versions. Lives on the prototype, so JSON and own keys stay as
   * they were.
   */
  declare readonly code: StatsigErrorCode;

  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) {
      return true;
    }
    if (typeof value !== 'object' || value === null || !Object.hasOwn(this.prototype, BRAND)) {
      return false;
    }
    const code = this.prototype.code;
    return ((value as Branded)[BRAND] ?? []).includes(code);
  }
}

/** Gives a class its code, and the codes of its ancestors for `instanceof` across copies. */
function register(type: { prototype: StatsigError }, code: StatsigErrorCode): void {
  const inherited = (Object.getPrototypeOf(type.prototype) as Branded)[BRAND] ?? [];
  Object.defineProperty(type.prototype, 'code', { value: code, configurable: true });
  Object.defineProperty(type.prototype, BRAND, { value: [...inherited, code] });
}

/** A call that needs `initialize()` came before it finished or after shutdown. */
export class StatsigUninitializedError extends StatsigError {
  constructor() {
    super('Call and wait for initialize() to finish first.');
  }
}

/** A key, name or user that cannot be used. */
export class StatsigInvalidArgumentError extends StatsigError {
  constructor(message?: string) {
    super(message);
  }
}

/** 1,000 requests to one URL are already in flight. */
export class StatsigTooManyRequestsError extends StatsigError {
  constructor(message?: string) {
    super(message);
  }
}

/** A request was about to be made in `localMode`. */
export class StatsigLocalModeNetworkError extends StatsigError {
  constructor() {
    super('No network requests in localMode');
  }
}

/**
 * The first download of config specs failed. Carries the cause's message; secrets are masked by the
 * thrower.
 */
export class StatsigInitializeFromNetworkError extends StatsigError {
  constructor(error?: Error) {
    super(
      `statsigSDK::initialize> Failed to initialize from the network${because(error)}. ` +
        'See https://docs.statsig.com/messages/serverSDKConnection for more information',
    );
  }
}

/** The first download of ID lists failed. Logged, never thrown. */
export class StatsigInitializeIDListsError extends StatsigError {
  constructor(error?: Error) {
    super(`statsigSDK::initialize> Failed to initialize id lists${because(error)}.`);
  }
}

/** `bootstrapValues` is no JSON text. */
export class StatsigInvalidBootstrapValuesError extends StatsigError {
  constructor() {
    super('statsigSDK::initialize> the provided bootstrapValues is not a valid JSON string.');
  }
}

/**
 * The data adapter had nothing usable under a key. The stray parenthesis is part of the established
 * message.
 */
export class StatsigInvalidDataAdapterValuesError extends StatsigError {
  constructor(key: string) {
    super(
      `statsigSDK::dataAdapter> Failed to retrieve valid values for ${key}) from the ` +
        'provided data adapter',
    );
  }
}

/** The ID list index is not an object. */
export class StatsigInvalidIDListsResponseError extends StatsigError {
  constructor() {
    super('statsigSDK::dataAdapter> Failed to retrieve a valid ID lists response from network');
  }
}

/** The config specs that arrived were rejected. */
export class StatsigInvalidConfigSpecsResponseError extends StatsigError {
  constructor() {
    super('statsigSDK::dataAdapter> Failed to retrieve a valid config specs response from network');
  }
}

/** The payload was made for another SDK key. The misspelling is part of the established message. */
export class StatsigSDKKeyMismatchError extends StatsigError {
  constructor() {
    super(
      'statsigSDK::initialize> SDK key provided in initialize() does not match the one ' +
        'used to generate initialize reponse.',
    );
  }
}

/**
 * `initTimeoutMs` passed. Reported in `InitializationDetails.error`; the work goes on in the
 * background.
 */
export class StatsigInitTimeoutError extends StatsigError {
  constructor() {
    super('Timed out waiting for initialize');
  }
}

/** An engine that was asked for by name cannot be loaded. */
export class EngineUnavailableError extends StatsigError {
  constructor(message: string) {
    super(message);
  }
}

/**
 * An engine panicked or trapped and another took over. Counted and logged, never thrown at a
 * caller.
 */
export class EngineDiedError extends StatsigError {
  constructor(engine: string, successor: string, reason: string) {
    super(`The ${engine} engine died and ${successor} answers from now on: ${reason}`);
  }
}

function because(error: Error | undefined): string {
  return error ? `: ${error.message}` : '';
}

register(StatsigError, 'STATSIG_ERROR');
register(StatsigUninitializedError, 'STATSIG_UNINITIALIZED');
register(StatsigInvalidArgumentError, 'STATSIG_INVALID_ARGUMENT');
register(StatsigTooManyRequestsError, 'STATSIG_TOO_MANY_REQUESTS');
register(StatsigLocalModeNetworkError, 'STATSIG_LOCAL_MODE_NETWORK');
register(StatsigInitializeFromNetworkError, 'STATSIG_INITIALIZE_FROM_NETWORK');
register(StatsigInitializeIDListsError, 'STATSIG_INITIALIZE_ID_LISTS');
register(StatsigInvalidBootstrapValuesError, 'STATSIG_INVALID_BOOTSTRAP_VALUES');
register(StatsigInvalidDataAdapterValuesError, 'STATSIG_INVALID_DATA_ADAPTER_VALUES');
register(StatsigInvalidIDListsResponseError, 'STATSIG_INVALID_ID_LISTS_RESPONSE');
register(StatsigInvalidConfigSpecsResponseError, 'STATSIG_INVALID_CONFIG_SPECS_RESPONSE');
register(StatsigSDKKeyMismatchError, 'STATSIG_SDK_KEY_MISMATCH');
register(StatsigInitTimeoutError, 'STATSIG_INIT_TIMEOUT');
register(EngineUnavailableError, 'STATSIG_ENGINE_UNAVAILABLE');
register(EngineDiedError, 'STATSIG_ENGINE_DIED');

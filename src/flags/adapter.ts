/** Flags of Vercel's `flags` package, decided by Statsig. */
import type { StatsigUser } from '../types/user';
import type { FlagAsked, FlagsAdapter } from './shapes';

/** Options of every check here. */
export interface FlagsCheckOptions {
  /** As of the SDK. */
  disableExposureLogging?: boolean;
}

/** Where a value is from. */
export interface FlagsDetails {
  /** As of the SDK. */
  reason: string;
}

/** What is read of a gate. */
export interface FlagsGate {
  /** As of the SDK. */
  evaluationDetails?: FlagsDetails | null;
}

/** What is read of a config and an experiment. */
export interface FlagsConfig {
  /** As of the SDK. */
  value: Record<string, unknown>;
  /** As of the SDK. */
  getEvaluationDetails(): FlagsDetails | null;
}

/** What is read of a layer. */
export interface FlagsLayer {
  /** As of the SDK. */
  get(key: string, fallback: unknown): unknown;
  /** As of the SDK. */
  getEvaluationDetails(): FlagsDetails | null;
}

/** What the adapters call: a server, the singleton (`Statsig`), on Node or on the edge. */
export interface FlagsStatsig {
  /** As of the SDK. */
  checkGates(
    user: StatsigUser,
    names: readonly string[],
    options?: FlagsCheckOptions,
  ): Record<string, boolean>;
  /** As of the SDK. */
  getFeatureGate(user: StatsigUser, name: string, options?: FlagsCheckOptions): FlagsGate;
  /** As of the SDK. */
  getConfig(user: StatsigUser, name: string, options?: FlagsCheckOptions): FlagsConfig;
  /** As of the SDK. */
  getExperiment(user: StatsigUser, name: string, options?: FlagsCheckOptions): FlagsConfig;
  /** As of the SDK. */
  getLayer(user: StatsigUser, name: string, options?: FlagsCheckOptions): FlagsLayer;
}

/** Options of `statsigAdapter`. */
export interface StatsigAdapterOptions {
  /**
   * Makes Statsig ready: called before the first decision, and again after it has rejected.
   * Default: the application has.
   */
  initialize?: () => Promise<unknown>;
  /**
   * Log exposures. Default true. A framework that evaluates for pages nobody looks at, such as
   * prefetching, may want false.
   */
  exposures?: boolean;
}

/** The adapters of `statsigAdapter`. */
export interface StatsigAdapters {
  /** A gate of the flag's key. Of many flags one `checkGates`. */
  gate(): FlagsAdapter<boolean, StatsigUser>;
  /** A dynamic config of the flag's key: its whole value. */
  config<V extends object>(): FlagsAdapter<V, StatsigUser>;
  /** An experiment of the flag's key: its whole value. */
  experiment<V extends object>(): FlagsAdapter<V, StatsigUser>;
  /**
   * A parameter of a layer. `parameter`: its name; default: the flag's key. Exposes that parameter.
   */
  layer<V>(name: string, parameter?: string): FlagsAdapter<V, StatsigUser>;
}

const UNKNOWN = 'Unrecognized';

/**
 * Adapters for Vercel's `flags`. A flag needs `identify`, which gives the Statsig user; without a
 * user, or before Statsig is ready, a decision throws, and `flags` uses the flag's `defaultValue`.
 * So it does for a name that the project lacks. Cost: that of the checks.
 * @example
 * const statsig = statsigAdapter(Statsig, { initialize: () => Statsig.initialize(secretKey) });
 * export const newCheckout = flag({ key: 'new_checkout', identify, adapter: statsig.gate() });
 */
export function statsigAdapter(
  statsig: FlagsStatsig,
  options: StatsigAdapterOptions = {},
): StatsigAdapters {
  const quiet = { disableExposureLogging: options.exposures === false };
  const initialize = startedOnce(options.initialize);
  const make = <V>(many: Many<V>): FlagsAdapter<V, StatsigUser> => adapter(many, initialize);
  const value = (config: FlagsConfig): unknown => (isUnknown(config) ? undefined : config.value);
  const gates = make<boolean>((user, flags) => gatesOf(statsig, user, flags, quiet));
  const configs = make<object>((user, flags) =>
    each(flags, ({ key }) => value(statsig.getConfig(user, key, quiet))),
  );
  const experiments = make<object>((user, flags) =>
    each(flags, ({ key }) => value(statsig.getExperiment(user, key, quiet))),
  );
  return {
    gate: () => gates,
    config: <V extends object>() => configs as FlagsAdapter<V, StatsigUser>,
    experiment: <V extends object>() => experiments as FlagsAdapter<V, StatsigUser>,
    layer: <V>(name: string, parameter?: string) =>
      make<V>((user, flags) => {
        const layer = statsig.getLayer(user, name, quiet);
        return each(flags, ({ key }) =>
          isUnknown(layer) ? undefined : (layer.get(parameter ?? key, undefined) ?? undefined),
        );
      }),
  };
}

/** Decides flags of one user. */
type Many<V> = (user: StatsigUser, flags: readonly FlagAsked[]) => Record<string, V>;

function adapter<V>(
  many: Many<V>,
  initialize: (() => Promise<void>) | undefined,
): FlagsAdapter<V, StatsigUser> {
  const decideAll = async (
    flags: FlagAsked[],
    user: StatsigUser | undefined,
  ): Promise<Record<string, V>> => {
    if (user == null)
      throw new Error('A flag of Statsig needs `identify`, which gives the Statsig user.');
    await initialize?.();
    return many(user, flags);
  };
  return {
    adapterId: Symbol('statsig'),
    ...(initialize && { initialize }),
    decide: async ({ key, defaultValue, entities }) =>
      // The type has no place for undefined, by which `flags` is told of the default.
      Object.values(await decideAll([{ key, defaultValue }], entities))[0] as V,
    bulkDecide: ({ flags, entities }) => decideAll(flags, entities),
  };
}

/** False is a gate that is off, or none: asked again where the flag's default is something else. */
function gatesOf(
  statsig: FlagsStatsig,
  user: StatsigUser,
  flags: readonly FlagAsked[],
  options: FlagsCheckOptions,
): Record<string, boolean> {
  const values = statsig.checkGates(
    user,
    flags.map(({ key }) => key),
    options,
  );
  const isNone = ({ key, defaultValue }: FlagAsked): boolean =>
    values[key] === false &&
    defaultValue !== undefined &&
    defaultValue !== false &&
    statsig.getFeatureGate(user, key, { disableExposureLogging: true }).evaluationDetails
      ?.reason === UNKNOWN;
  return each(flags, (flag) => (isNone(flag) ? undefined : values[flag.key]));
}

/** Values by key; none where there is none. */
function each<V>(flags: readonly FlagAsked[], valueOf: (flag: FlagAsked) => unknown) {
  const known = flags.map((flag) => [flag.key, valueOf(flag)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined)) as Record<string, V>;
}

function isUnknown(found: FlagsConfig | FlagsLayer): boolean {
  return found.getEvaluationDetails()?.reason === UNKNOWN;
}

/** One start for all; one that failed is forgotten. */
function startedOnce(
  initialize: (() => Promise<unknown>) | undefined,
): (() => Promise<void>) | undefined {
  if (initialize === undefined) return undefined;
  let started: Promise<void> | null = null;
  return () =>
    (started ??= (async () => void (await initialize()))().catch((error: unknown) => {
      started = null;
      throw error;
    }));
}

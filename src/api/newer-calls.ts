/** Evaluations and events under the newer SDK's names, and several results at once. */
import type { CheckGateOptions, GetConfigOptions } from '../options/statsig-options';
import { StatsigInvalidArgumentError } from '../types/errors';
import type { DynamicConfig, Layer, TypedConfig } from '../results/results';
import type { ConfigName, ConfigParameters } from '../types/flags';
import type { StatsigUser } from '../types/user';
import { guarded } from '../observability/error-boundary';
import type { ExceptionReporter } from '../observability/exception-report';

/** Levels of `forwardLogLineEvent`. */
export type LogLineLevel = 'trace' | 'debug' | 'log' | 'info' | 'warn' | 'error';

/** Level → its name in events. */
const LEVELS: Readonly<Record<string, string>> = {
  trace: 'Trace',
  debug: 'Debug',
  log: 'Log',
  info: 'Info',
  warn: 'Warn',
  error: 'Error',
};

type LineMetadata = Record<string, unknown>;

/** The calls that these are made of. */
export interface AskedServer {
  getConfig(user: StatsigUser, name: string, options?: GetConfigOptions): DynamicConfig;
  getExperiment(user: StatsigUser, name: string, options?: GetConfigOptions): DynamicConfig;
  getLayer(user: StatsigUser, name: string, options?: GetConfigOptions): Layer;
  logEvent(
    user: StatsigUser,
    eventName: string,
    value?: string | number | null,
    metadata?: Record<string, unknown> | null,
  ): void;
}

/** See the head of this file. */
export interface NewerCalls {
  /** `getConfig` under the newer SDK's name. */
  getDynamicConfig<T extends object = never, N extends ConfigName = ConfigName>(
    user: StatsigUser,
    configName: N,
    options?: GetConfigOptions,
  ): TypedConfig<ConfigParameters<T, N>>;

  /**
   * Several dynamic configs by name; exposes each.
   * @example const { limits, texts } = Statsig.getConfigs(user, ['limits', 'texts']);
   */
  getConfigs(
    user: StatsigUser,
    configNames: readonly string[],
    options?: GetConfigOptions,
  ): Record<string, DynamicConfig>;

  /** Several experiments by name; exposes each. Without sticky assignment. */
  getExperiments(
    user: StatsigUser,
    experimentNames: readonly string[],
    options?: CheckGateOptions,
  ): Record<string, DynamicConfig>;

  /** Several layers by name; reading a parameter exposes it. Without sticky assignment. */
  getLayers(
    user: StatsigUser,
    layerNames: readonly string[],
    options?: CheckGateOptions,
  ): Record<string, Layer>;

  /** Tells Statsig of a user and its attributes, without anything that happened. */
  identify(user: StatsigUser): void;

  /**
   * Queues a line of a log as an event; it is sent in a batch later.
   * @param value the line
   * @param metadata further facts about it
   */
  forwardLogLineEvent(
    user: StatsigUser,
    level: LogLineLevel,
    value?: string | null,
    metadata?: Record<string, unknown> | null,
  ): void;
}

/** The calls on one life. */
export class NewerNames implements NewerCalls {
  constructor(
    private readonly server: AskedServer,
    private readonly exceptions: ExceptionReporter,
    private readonly sdkType: string,
  ) {}

  getDynamicConfig<T extends object = never, N extends ConfigName = ConfigName>(
    user: StatsigUser,
    configName: N,
    options?: GetConfigOptions,
  ): TypedConfig<ConfigParameters<T, N>> {
    return this.server.getConfig(user, configName, options);
  }

  getConfigs(
    user: StatsigUser,
    configNames: readonly string[],
    options?: GetConfigOptions,
  ): Record<string, DynamicConfig> {
    return byName(configNames, (name) => this.server.getConfig(user, name, options));
  }

  getExperiments(
    user: StatsigUser,
    experimentNames: readonly string[],
    options?: CheckGateOptions,
  ): Record<string, DynamicConfig> {
    return byName(experimentNames, (name) => this.server.getExperiment(user, name, options));
  }

  getLayers(
    user: StatsigUser,
    layerNames: readonly string[],
    options?: CheckGateOptions,
  ): Record<string, Layer> {
    return byName(layerNames, (name) => this.server.getLayer(user, name, options));
  }

  identify(user: StatsigUser): void {
    this.server.logEvent(user, 'statsig::identify');
  }

  forwardLogLineEvent(
    user: StatsigUser,
    level: LogLineLevel,
    value?: string | null,
    metadata?: Record<string, unknown> | null,
  ): void {
    guarded(this.exceptions, 'forwardLogLineEvent', undefined, () =>
      this.server.logEvent(
        user,
        'statsig::log_line',
        value ?? null,
        this.#lineMetadata(level, metadata),
      ),
    );
  }

  #lineMetadata(level: unknown, metadata: object | null | undefined): LineMetadata {
    const isLevel = typeof level === 'string' && Object.hasOwn(LEVELS, level);
    const known = isLevel ? level : 'info';
    return {
      ...metadata,
      status: known === 'log' ? 'info' : known,
      log_level: LEVELS[known],
      source: this.sdkType,
    };
  }
}

/** An own key for each name, also for those that objects inherit. */
function byName<T>(names: readonly string[], result: (name: string) => T): Record<string, T> {
  if (!Array.isArray(names)) throw new StatsigInvalidArgumentError('Names must be an array');
  const results: Record<string, T> = {};
  for (const name of names) {
    const property = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(results, name, { ...property, value: result(name) });
  }
  return results;
}

/** Events under the newer SDK's names. */
import type { LogLineLevel } from '../api/newer-calls';
import { StatsigOverrides } from './statsig-overrides';
import { StatsigUser } from './user';

const plain = (user: StatsigUser) => StatsigUser.plainOf(user);

/** See the head of this file. */
export abstract class StatsigEvents extends StatsigOverrides {
  /**
   * Logs an event of your own, for metrics and experiments.
   * @example statsig.logEvent(user, 'purchase', 9.99, { item: 'helmet' });
   */
  logEvent(
    user: StatsigUser,
    eventName: string,
    value?: string | number | null,
    metadata?: Record<string, string | number | boolean | null | undefined> | null | undefined,
  ): void {
    this.guarded('logEvent', undefined, () =>
      this.instance.logEvent(plain(user), eventName, value ?? null, metadata ?? null),
    );
  }

  /** Logs a line of your log as the event `statsig::log_line`, with what else is known of it. */
  forwardLogLineEvent(
    user: StatsigUser,
    logLevel: LogLineLevel,
    value?: string | undefined | null,
    metadata?: Record<string, string> | undefined | null,
  ): void {
    this.guarded('forwardLogLineEvent', undefined, () =>
      this.instance.forwardLogLineEvent(plain(user), logLevel, value, metadata),
    );
  }

  /** Tells Statsig of a user and nothing else: the event `statsig::identify`. */
  identify(user: StatsigUser): void {
    this.guarded('identify', undefined, () => this.instance.identify(plain(user)));
  }

  /** Logs that a user saw a gate, after a check with `disableExposureLogging`. */
  manuallyLogFeatureGateExposure(user: StatsigUser, gateName: string): void {
    this.guarded('exposure', undefined, () => this.instance.logGateExposure(plain(user), gateName));
  }

  /** Logs that a user saw a dynamic config, after one that was got without exposure. */
  manuallyLogDynamicConfigExposure(user: StatsigUser, configName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logConfigExposure(plain(user), configName),
    );
  }

  /** Logs that a user saw an experiment, after one that was got without exposure. */
  manuallyLogExperimentExposure(user: StatsigUser, experimentName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logExperimentExposure(plain(user), experimentName),
    );
  }

  /** Logs that a user saw a parameter of a layer, after one that was got without exposure. */
  manuallyLogLayerParamExposure(user: StatsigUser, layerName: string, paramName: string): void {
    this.guarded('exposure', undefined, () =>
      this.instance.logLayerParameterExposure(plain(user), layerName, paramName),
    );
  }
}

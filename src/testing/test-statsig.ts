import type { LoggedEvent } from '../events/before-log';
import { systemClock, type Clock } from '../host/clock';
import type { Platform } from '../platform/platform';
import { nodePlatform } from '../platform/platform-node';
import { StatsigServer } from '../api/statsig';
import type { StatsigOptions } from '../options/statsig-options';
import type { ConfigName, ExperimentName, GateName, LayerName } from '../types/flags';
import { Backend } from './backend';
import { TestProject } from './project';
import { eventOf, exposureOf, type RecordedEvent, type RecordedExposure } from './recorded';

/** Options that say where data come from and go to, which is decided here. */
type Decided =
  | 'api'
  | 'apiForDownloadConfigSpecs'
  | 'apiForGetIdLists'
  | 'bootstrapValues'
  | 'dataAdapter'
  | 'disableAllLogging'
  | 'disableIdListsSync'
  | 'disableRulesetsSync'
  | 'eventCompression'
  | 'eventSpool'
  | 'eventSpoolMaxBytes'
  | 'eventSpoolSync'
  | 'fallbackToStatsigAPI'
  | 'flushOnExit'
  | 'flushOnExitMs'
  | 'initStrategyForIDLists'
  | 'localMode'
  | 'networkOverrideFunc';

/**
 * Options of `createTestStatsig`: all of `StatsigOptions` but where data come from and go to, and
 * these.
 */
export type TestOptions = Omit<StatsigOptions, Decided> & {
  /**
   * What `download_config_specs` returned for a project, as text or parsed. What the test describes
   * comes on top.
   */
  payload?: string | object;
  /** The time, ms since the epoch. Default: `Date.now` as it is at the moment, fake or not. */
  now?: () => number;
  /** Draws in [0,1), for jitter. Default: `Math.random`. Whom a percentage takes is never drawn. */
  random?: () => number;
  /**
   * `Statsig.checkGate` and the other functions of the package use this instance until it is shut
   * down.
   */
  shared?: boolean;
};

/** Describes a project, or changes it. What it returns is not looked at. */
export type DefineProject = (project: TestProject) => unknown;

/**
 * An instance for tests, made by `createTestStatsig`: all of `StatsigServer`, and what a test asks.
 */
export class TestStatsig extends StatsigServer {
  private readonly makeProject: () => TestProject;
  private readonly backend: Backend;
  private project: TestProject;

  /** @internal */
  constructor(key: string, define: DefineProject | undefined, given: TestOptions) {
    if (define !== undefined && typeof define !== 'function')
      throw new TypeError(
        'What comes first describes the project, a function; options come second',
      );
    const { payload, now, random, shared: _, ...options } = given;
    const backend = new Backend();
    super(
      key,
      { ...options, ...decided(backend) },
      { platform: platform(), clock: clockOf(now, random) },
    );
    this.backend = backend;
    this.makeProject = () => {
      const project = new TestProject(payload);
      define?.(project);
      return project;
    };
    this.project = this.makeProject();
    backend.serve(this.project);
  }

  /**
   * Changes the project, as an edit in the console does. Resolves when checks answer from it;
   * rejects when it contradicts itself, and checks go on as before.
   * @example await statsig.update((project) => project.gate('new_checkout').off());
   */
  async update(define: DefineProject): Promise<void> {
    define(this.project);
    await this.load();
  }

  /**
   * As new: the project that it began with, no overrides, nothing recorded, nothing counted as
   * exposed before.
   */
  async reset(): Promise<void> {
    await this.flush();
    this.clearAllGateOverrides();
    this.clearAllConfigOverrides();
    this.clearAllLayerOverrides();
    this.project = this.makeProject();
    await this.load();
    this.backend.clear();
    this.runtime.engineHost.rotateWindow();
  }

  /**
   * Exposures so far, in their order. As in production, an equal one within a minute is logged
   * once.
   * @example deepEqual(await statsig.exposures(), [{ kind: 'gate', name: 'g', userID: 'ada', value:
   * true, ruleID: 'everyone' }]);
   */
  async exposures(): Promise<RecordedExposure[]> {
    return (await this.rawEvents()).map(exposureOf).filter((exposure) => exposure !== null);
  }

  /** Exposures of one gate, config, experiment or layer. */
  async exposuresOf(
    name: GateName | ConfigName | ExperimentName | LayerName,
  ): Promise<RecordedExposure[]> {
    return (await this.exposures()).filter((exposure) => exposure.name === name);
  }

  /**
   * Events that the application logged so far, in their order.
   * @example deepEqual(await statsig.events(), [{ name: 'purchase', userID: 'ada', value: 9.99,
   * metadata: { item: 'a-1' } }]);
   */
  async events(): Promise<RecordedEvent[]> {
    return (await this.rawEvents()).map(eventOf).filter((event) => event !== null);
  }

  /** Events of one name. */
  async eventsOf(name: string): Promise<RecordedEvent[]> {
    return (await this.events()).filter((event) => event.name === name);
  }

  /**
   * All that would have been sent to Statsig, as it would have been sent. The SDK's own diagnostics
   * are among it.
   */
  async rawEvents(): Promise<LoggedEvent[]> {
    await this.flush();
    return this.backend.events();
  }

  private async load(): Promise<void> {
    if (this.isShutDown) throw new Error('The instance was shut down');
    const time = this.backend.serve(this.project);
    await this.syncStoreSpecs();
    if (this.runtime.applier.lastUpdateTime === time) return;
    throw new Error(
      'The project could not be loaded: ' +
        `${this.health().specs.lastError ?? 'the payload was refused'}`,
    );
  }
}

/** The end of the process is nothing to a test's instance: nobody waits for its events. */
const platform = (): Platform => ({ ...nodePlatform, watchEnd: () => () => undefined });

/** No poll, no disk, no process exit: the test says when. */
function decided(backend: Backend): Pick<StatsigOptions, Decided> {
  return {
    networkOverrideFunc: backend.answer,
    disableIdListsSync: true,
    disableRulesetsSync: true,
    eventCompression: 'none',
    flushOnExit: false,
    initStrategyForIDLists: 'none',
  };
}

function clockOf(now: (() => number) | undefined, random: (() => number) | undefined): Clock {
  return {
    ...systemClock,
    ...(now === undefined ? {} : { now, isReplaced: () => true }),
    ...(random === undefined ? {} : { random }),
  };
}

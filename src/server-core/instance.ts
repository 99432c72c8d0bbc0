/** The instance of ours that is behind one of theirs. */
import { Server } from '../api/server';
import { nodePlatform } from '../platform/platform-node';
import { agentParser } from '../runtime/agent-parser';
import { UserAgentCache, userAgentOf } from '../users/user-agent';
import type { SpecsState } from './details';
import type { SpecsNews } from './news';
import type { Setup } from './options';

/** See the head of this file. */
export class Instance extends Server {
  private hasStarted = false;

  /** @param news told of specs; must not hold this instance */
  constructor(
    sdkKey: string,
    setup: Setup,
    private readonly news: SpecsNews,
  ) {
    const { addresses } = setup;
    super(sdkKey, setup.options, {
      platform: nodePlatform,
      addresses,
      isLenient: true,
      onSpecs: (specs) => news.arrived(specs),
    });
  }

  /** What there is to know of the specs in force. */
  get state(): SpecsState {
    const { reason: source, configSyncTime: lcut } = this.runtime.engineHost.specTimes;
    const { hasStarted } = this;
    return { source, lcut, receivedAt: this.news.receivedAt, hasStarted };
  }

  get now(): number {
    return this.runtime.clock.now();
  }

  async start(): Promise<{ success: boolean; error?: Error }> {
    const { success, error } = await this.initializeAsync();
    this.hasStarted = true;
    return { success, error };
  }

  /** Names of gates without segments and holdouts. */
  gateNames(): string[] {
    return [...this.runtime.engineHost.facts.gateNames()];
  }

  /** What went wrong in a listener or a call. Never throws. */
  complain(what: string, error: unknown): void {
    this.logger.error(`statsigSDK> ${what} failed: ${this.logger.describe(error)}`);
  }

  /** For who follows the SDK at work. */
  debug(message: string): void {
    this.logger.debug(`statsigSDK> ${message}`);
  }

  /** The parts of the user's agent, as conditions see them; null without one. */
  agentOf(user: object): Record<string, string | null> | null {
    const agent = userAgentOf(user, true);
    if (typeof agent !== 'string') return null;
    const { options, selection } = this.runtime;
    const parser = agentParser(options, nodePlatform, selection.engine.kind, this.logger);
    const { osName, osVersion, browserName, browserVersion } = new UserAgentCache(
      parser ?? 'statsig',
    ).parse(agent);
    return {
      browser_name: browserName,
      browser_version: browserVersion,
      os_name: osName,
      os_version: osVersion,
    };
  }
}

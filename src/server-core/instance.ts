/** The instance of ours that is behind one of theirs. */
import { Server } from '../api/server';
import { nodePlatform } from '../platform/platform-node';
import type { SpecsInForce } from '../runtime/spec-applier';
import { UserAgentCache, userAgentOf } from '../users/user-agent';
import type { SpecsState } from './details';
import type { Setup } from './options';

/** See the head of this file. */
export class Instance extends Server {
  private receivedAt = 0;
  private hasStarted = false;

  constructor(sdkKey: string, setup: Setup, onSpecs: (specs: SpecsInForce) => void) {
    super(sdkKey, setup.options, {
      platform: nodePlatform,
      addresses: setup.addresses,
      isLenient: true,
      onSpecs: (specs) => {
        this.receivedAt = this.runtime.clock.now();
        onSpecs(specs);
      },
    });
  }

  /** What there is to know of the specs in force. */
  get state(): SpecsState {
    const { reason: source, configSyncTime: lcut } = this.runtime.engineHost.specTimes;
    const { receivedAt, hasStarted } = this;
    return { source, lcut, receivedAt, hasStarted };
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

  /** The parts of the user's agent, as conditions see them; null without one. */
  agentOf(user: object): Record<string, string | null> | null {
    const agent = userAgentOf(user);
    if (typeof agent !== 'string') return null;
    const { osName, osVersion, browserName, browserVersion } = new UserAgentCache('statsig').parse(
      agent,
    );
    return {
      browser_name: browserName,
      browser_version: browserVersion,
      os_name: osName,
      os_version: osVersion,
    };
  }
}

/**
 * `forUser`: checks for a user that does not change. The scope works on its own copy, so there is
 * nothing to compare between checks and later changes of the caller's object don't count. Same
 * answers and exposures as the methods of the same names on the instance.
 */
import * as calls from './calls';
import type { PublicCalls } from './public-calls';
import type { PinnedUser } from '../answers/scope-memo';
import { SECTIONS } from '../users/user-json';
import { keysOf, read } from '../users/user-reader';
import { ParameterStore, type GetParameterStoreOptions, type TypedStore } from './parameter-store';
import type { FeatureGate, TypedConfig, TypedLayer } from '../results/results';
import { showAs } from './shown';
import type { CheckGateOptions, GetConfigOptions } from '../options/statsig-options';
import type * as flags from '../types/flags';
import type { StatsigUser } from '../types/user';

/**
 * Made by `forUser`. Cheap to make and to drop: it copies the user's fields. May be kept as long as
 * the user's attributes hold.
 */
export class UserScope {
  /** What the last check gave, by gate. */
  private memo: PinnedUser['memo'] | null = null;
  // Functions, because no look at an object shows what is in their closures: a user has private
  // attributes.
  private readonly user: () => StatsigUser;
  private pinned: () => PinnedUser | null = nobody;

  /** @internal */
  constructor(
    private readonly publicCalls: () => PublicCalls,
    user: StatsigUser,
  ) {
    const own = publicCalls().isCopyable(user) ? copyOf(user) : user;
    this.user = () => own;
  }

  /** The gate's value; exposes it. Warm: a lookup by name. Errors as the instance's `checkGate`. */
  checkGate(gateName: flags.GateName, options?: CheckGateOptions): boolean {
    const known = options === undefined ? this.memo?.get(gateName) : undefined;
    return known ?? this.ask(gateName, options);
  }

  /** @internal What is shown of a scope. */
  shown(): object {
    return { userID: read(this.user(), 'userID') };
  }

  private ask(gateName: string, options?: CheckGateOptions): boolean {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    const publicCalls = this.publicCalls();
    const known = this.pinned();
    const pinned =
      known !== null && publicCalls.ownsPinned(known) ? known : publicCalls.pin(this.user());
    if (pinned !== known) this.keep(pinned);
    return publicCalls.checkGateOf(pinned, this.user(), gateName, call);
  }

  private keep(pinned: PinnedUser | null): void {
    this.pinned = () => pinned;
    this.memo = pinned?.memo ?? null;
  }

  /** Values of several gates by name; exposes each. */
  checkGates(
    gateNames: readonly flags.GateName[],
    options?: CheckGateOptions,
  ): Record<string, boolean> {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    return this.publicCalls().checkGates(this.user(), gateNames, call);
  }

  /** Values of all gates by name, without segments and holdouts; exposes each. */
  checkAllGates(options?: CheckGateOptions): Record<string, boolean> {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    return this.publicCalls().checkAllGates(this.user(), call);
  }

  /** See `StatsigServer.getFeatureGate`. */
  getFeatureGate(gateName: flags.GateName, options?: CheckGateOptions): FeatureGate {
    const call = calls.isQuiet(options) ? calls.GATE_QUIET : calls.GATE;
    const publicCalls = this.publicCalls();
    return publicCalls.tellEveryone(publicCalls.gate(this.user(), gateName, call));
  }

  /** See `StatsigServer.getConfig`. */
  getConfig<T extends object = never, N extends flags.ConfigName = flags.ConfigName>(
    configName: N,
    options?: GetConfigOptions,
  ): TypedConfig<flags.ConfigParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.CONFIG_QUIET : calls.CONFIG;
    const publicCalls = this.publicCalls();
    return publicCalls.tellEveryone(publicCalls.config(this.user(), configName, call));
  }

  /** See `StatsigServer.getExperiment`, without sticky assignment. */
  getExperiment<T extends object = never, N extends flags.ExperimentName = flags.ExperimentName>(
    experimentName: N,
    options?: GetConfigOptions,
  ): TypedConfig<flags.ExperimentParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.EXPERIMENT_QUIET : calls.EXPERIMENT;
    const publicCalls = this.publicCalls();
    return publicCalls.tellEveryone(publicCalls.config(this.user(), experimentName, call));
  }

  /** See `StatsigServer.getLayer`, without sticky assignment. */
  getLayer<T extends object = never, N extends flags.LayerName = flags.LayerName>(
    layerName: N,
    options?: GetConfigOptions,
  ): TypedLayer<flags.LayerParameters<T, N>> {
    const call = calls.isQuiet(options) ? calls.LAYER_QUIET : calls.LAYER;
    const publicCalls = this.publicCalls();
    return publicCalls.tellEveryone(publicCalls.layer(this.user(), layerName, call));
  }

  /** See `StatsigServer.getParameterStore`. */
  getParameterStore<
    T extends object = never,
    N extends flags.ParameterStoreName = flags.ParameterStoreName,
  >(storeName: N, options?: GetParameterStoreOptions): TypedStore<flags.StoreParameters<T, N>> {
    return new ParameterStore(this.publicCalls, this.user(), storeName, calls.isQuiet(options));
  }
}

const nobody = (): null => null;

// Which user it is, and nothing else of it.
showAs(UserScope, (scope) => scope.shown());

/**
 * The user and its sections, two levels deep; what is deeper is shared and compared as everywhere
 * else.
 */
function copyOf(user: object): StatsigUser {
  const copy = ownFields(user);
  for (const key of SECTIONS) {
    const section = copy[key];
    if (typeof section === 'object' && section !== null && !Array.isArray(section))
      copy[key] = ownFields(section);
  }
  return copy as StatsigUser;
}

/** A getter that throws leaves its field out. */
function ownFields(object: object): Record<string, unknown> {
  try {
    return { ...object };
  } catch {
    return Object.fromEntries(keysOf(object).map((key) => [key, read(object, key)]));
  }
}

/** Instances that an application lets go of without `shutdown`. */
import type { Runtime } from './runtime';

interface Registry {
  register(instance: object, runtime: Runtime, token: object): void;
  unregister(token: object): void;
}

const { FinalizationRegistry: Finalizer } = globalThis as {
  FinalizationRegistry?: new (collected: (runtime: Runtime) => void) => Registry;
};

/**
 * Null where the host has none. What it holds is the runtime, which knows nothing of the instance.
 */
const registry = Finalizer === undefined ? null : new Finalizer((runtime) => runtime.abandoned());

/** Has the runtime told when nobody can reach the instance any more. */
export function watchForAbandon(instance: object, runtime: Runtime): void {
  registry?.register(instance, runtime, runtime);
}

/** The runtime has ended, and has nothing to lose. */
export function stopWatching(runtime: Runtime): void {
  registry?.unregister(runtime);
}

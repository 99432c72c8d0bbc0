/** Instances that an application lets go of without `shutdown`. */

/** What is told. It must know nothing of the instance, or that would never be let go of. */
export interface Life {
  abandoned(): void;
}

interface Registry {
  register(instance: object, life: Life, token: object): void;
  unregister(token: object): void;
}

const {
  FinalizationRegistry: Finalizer,
}: {
  FinalizationRegistry?: new (collected: (life: Life) => void) => Registry;
} = globalThis;

/**
 * Null where the host has none. What it holds is the life, which knows nothing of the instance.
 */
const registry = Finalizer === undefined ? null : new Finalizer((life) => life.abandoned());

/** Has the life told when nobody can reach the instance any more. */
export function watchForAbandon(instance: object, life: Life): void {
  registry?.register(instance, life, life);
}

/** The life has ended, and has nothing to lose. */
export function stopWatching(life: Life): void {
  registry?.unregister(life);
}

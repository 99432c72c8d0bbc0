/**
 * What holds when one process has several copies of this package: two versions' dependents, an
 * alias next to the real name, a bundle next to node_modules, the layers of a bundler. Copies of
 * one minor version and one host (Node or edge) share the instance of the singleton; their results
 * are `instanceof` each other's classes (types/shared-classes.ts).
 */
import { VERSION } from '../engine/version';

/** What is asked of an instance that another copy made. */
export interface LiveInstance {
  readonly isShutDown: boolean;
}

/**
 * Where the singleton's instance is kept. Copies call only public methods of an instance that
 * another copy made.
 */
export interface Slot<Instance extends LiveInstance = LiveInstance> {
  current: Instance | null;
  /** The key that `current` was made with. */
  key: unknown;
}

interface SharedSlot extends Slot {
  /** Files of the copies that share it. */
  paths: Set<string>;
}

const SLOTS = Symbol.for('statsig-node-native.slots');

type Holder = { [SLOTS]?: Map<string, SharedSlot> };

/** A slot of one copy's own. */
export function ownSlot<Instance extends LiveInstance>(): Slot<Instance> {
  return { current: null, key: null };
}

/**
 * The slot that all copies share which have the same host and minor version: no method is added or
 * changed within one.
 * @param path the file that asks, if the module system tells it. The same file asks twice when its
 * module was loaded anew (`jest.resetModules()`, a deleted entry of `require.cache`); as with
 * statsig-node that gives a fresh singleton.
 */
export function sharedSlot<Instance extends LiveInstance>(
  host: string,
  path: string | undefined,
  version = VERSION,
): Slot<Instance> {
  const slots = allSlots();
  const line = lineOf(host, version);
  let slot = slots.get(line);
  if (slot === undefined || (path !== undefined && slot.paths.has(path))) {
    slot = { ...ownSlot(), paths: new Set() };
    slots.set(line, slot);
  }
  if (path !== undefined) {
    slot.paths.add(path);
  }
  // Every copy puts an instance of this class there, its own version of it.
  return slot as unknown as Slot<Instance>;
}

/** Other minor versions of the same host that have a live instance of their own. */
export function otherLives(slot: Slot): string[] {
  const slots = allSlots();
  const line = [...slots].find(([, candidate]) => candidate === slot)?.[0];
  if (line === undefined) {
    return [];
  }
  const host = line.slice(0, line.indexOf(' ') + 1);
  return [...slots]
    .filter(
      ([other, { current }]) =>
        other !== line && other.startsWith(host) && current !== null && !current.isShutDown,
    )
    .map(([other]) => other.slice(host.length));
}

function lineOf(host: string, version: string): string {
  return `${host} ${version.split('.').slice(0, 2).join('.')}`;
}

/** The process's slots; this copy's alone where `globalThis` is frozen. */
function allSlots(): Map<string, SharedSlot> {
  const holder = globalThis as Holder;
  try {
    if (holder[SLOTS] === undefined) {
      Object.defineProperty(holder, SLOTS, { value: new Map(), configurable: true });
    }
  } catch {
    return frozenSlots;
  }
  return holder[SLOTS] ?? frozenSlots;
}

const frozenSlots = new Map<string, SharedSlot>();

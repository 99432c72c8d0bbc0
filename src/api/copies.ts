/**
 * What holds when one process has several copies of this package: two versions' dependents, an
 * alias next to the real name, a bundle next to node_modules, the layers of a bundler. Copies of
 * one minor version and one host (Node or edge) share the instance of the singleton; their results
 * are `instanceof` each other's classes (types/shared-classes.ts).
 */
import { VERSION } from '../engine/version';
import type { Listeners } from '../runtime/listeners';

/** What is asked of an instance that another copy made. */
export interface LiveInstance {
  readonly isShutDown: boolean;
}

/**
 * Where the singleton's instance is kept. Copies call only public methods of an instance that
 * another copy made.
 */
export interface Place<Instance extends LiveInstance = LiveInstance> {
  current: Instance | null;
  /** The key that `current` was made with. */
  key: unknown;
  /** Listeners of the singleton, whichever instance it has. */
  listeners?: Listeners;
}

interface SharedPlace extends Place {
  /** Files of the copies that share it. */
  paths: Set<string>;
}

const PLACES = Symbol.for('statsig-node-native.slots');

type Holder = { [PLACES]?: Map<string, SharedPlace> };

/** A place of one copy's own. */
export function ownPlace<Instance extends LiveInstance>(): Place<Instance> {
  return { current: null, key: null };
}

/**
 * The place that all copies share which have the same host and minor version: no method is added or
 * changed within one.
 * @param path the file that asks, if the module system tells it. The same file asks twice when its
 * module was loaded anew (`jest.resetModules()`, a deleted entry of `require.cache`); as with
 * statsig-node that gives a fresh singleton.
 */
export function sharedPlace<Instance extends LiveInstance>(
  host: string,
  path: string | undefined,
  version = VERSION,
): Place<Instance> {
  const places = allPlaces();
  const line = lineOf(host, version);
  let place = places.get(line);
  if (place === undefined || (path !== undefined && place.paths.has(path))) {
    place = { ...ownPlace(), paths: new Set() };
    places.set(line, place);
  }
  if (path !== undefined) {
    place.paths.add(path);
  }
  // Every copy puts an instance of this class there, its own version of it.
  return place as Place<Instance>;
}

/** Other minor versions of the same host that have a live instance of their own. */
export function otherLives(place: Place): string[] {
  const places = allPlaces();
  const line = [...places].find(([, candidate]) => candidate === place)?.[0];
  if (line === undefined) {
    return [];
  }
  const host = line.slice(0, line.indexOf(' ') + 1);
  return [...places]
    .filter(
      ([other, { current }]) =>
        other !== line && other.startsWith(host) && current !== null && !current.isShutDown,
    )
    .map(([other]) => other.slice(host.length));
}

function lineOf(host: string, version: string): string {
  return `${host} ${version.split('.').slice(0, 2).join('.')}`;
}

/** The process's places; this copy's alone where `globalThis` is frozen. */
function allPlaces(): Map<string, SharedPlace> {
  const holder = globalThis as Holder;
  try {
    if (holder[PLACES] === undefined) {
      Object.defineProperty(holder, PLACES, { value: new Map(), configurable: true });
    }
  } catch {
    return frozenPlaces;
  }
  return holder[PLACES] ?? frozenPlaces;
}

const frozenPlaces = new Map<string, SharedPlace>();

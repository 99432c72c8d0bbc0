/** Name → spec index, per kind, asked of the engine once per epoch. */
import { EXPERIMENT_KIND, SpecKind, type Engine, type LookupKind } from '../engine/engine';

/**
 * Names of one kind. Remembers which name was asked for after which: a name that comes in the order
 * of the time before is found by comparing it, 4 ns, instead of looking it up, 20.
 */
class NameIndex {
  /** Name → place in the arrays. */
  private places = new Map<string, number>();
  private names: string[] = [];
  private indexes: number[] = [];
  /** Place of the name asked for next, the last time. */
  private next: number[] = [];
  private last = 0;

  /** Index of a known name. */
  get(name: string): number | undefined {
    const guess = this.next[this.last];
    if (guess !== undefined && this.names[guess] === name) {
      this.last = guess;
      return this.indexes[guess];
    }
    const place = this.places.get(name);
    if (place === undefined) return undefined;
    this.next[this.last] = place;
    this.last = place;
    return this.indexes[place];
  }

  add(name: string, index: number): void {
    this.places.set(name, this.names.length);
    this.names.push(name);
    this.indexes.push(index);
    this.next.push(0);
  }

  clear(): void {
    this.places = new Map();
    this.names = [];
    this.indexes = [];
    this.next = [];
    this.last = 0;
  }
}

/** See the head of this file. Bound: the specs plus the engine's 4,096 unknown names. */
export class SpecNames {
  readonly gates = new NameIndex();
  private readonly configs = new NameIndex();
  private readonly experiments = new NameIndex();
  private readonly layers = new NameIndex();

  /** Index of a name, or the engine's negative code when its table of unknown names is full. */
  resolve(engine: Engine, kind: LookupKind, name: string): number {
    const names = this.of(kind);
    const known = names.get(name);
    if (known !== undefined) return known;
    const index = engine.specIndex(kind, name);
    if (index >= 0) names.add(name, index);
    return index;
  }

  clear(): void {
    this.gates.clear();
    this.configs.clear();
    this.experiments.clear();
    this.layers.clear();
  }

  private of(kind: LookupKind): NameIndex {
    if (kind === EXPERIMENT_KIND) return this.experiments;
    return kind === SpecKind.Gate
      ? this.gates
      : kind === SpecKind.Config
        ? this.configs
        : this.layers;
  }
}

/** Name → spec index, per kind, asked of the engine once per epoch. */
import { SpecKind, type Engine } from '../engine/engine';

/** See the head of this file. Bound: the specs plus the engine's 4,096 unknown names. */
export class SpecNames {
  readonly gates = new Map<string, number>();
  readonly configs = new Map<string, number>();
  readonly layers = new Map<string, number>();

  /** Index of a name, or the engine's negative code when its table of unknown names is full. */
  resolve(engine: Engine, kind: SpecKind, name: string): number {
    const known = this.of(kind).get(name);
    if (known !== undefined) return known;
    const index = engine.specIndex(kind, name);
    if (index >= 0) this.of(kind).set(name, index);
    return index;
  }

  clear(): void {
    this.gates.clear();
    this.configs.clear();
    this.layers.clear();
  }

  private of(kind: SpecKind): Map<string, number> {
    return kind === SpecKind.Gate ? this.gates : kind === SpecKind.Config ? this.configs : this.layers;
  }
}

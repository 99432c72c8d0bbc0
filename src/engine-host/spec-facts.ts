/** What the specs in force say about themselves, asked once per epoch. */
import { SpecKind, type Engine, type SpecContent } from '../engine/engine';

/** What the specs say of a name. */
export type KnownSpec = SpecContent & {
  readonly entity: string | null;
  readonly idType: string | null;
  readonly isActive: boolean;
};

/** See the head of this file. */
export class SpecFacts {
  private gates: readonly string[] | null = null;
  private stores: Record<string, unknown> | null = null;
  /** By kind and name. */
  private contents = new Map<string, KnownSpec>();

  /** @param query asks the engine that answers now */
  constructor(private readonly query: <T>(question: (engine: Engine) => T) => T) {}

  /** Other specs serve. */
  startEpoch(): void {
    this.gates = null;
    this.stores = null;
    this.contents.clear();
  }

  /**
   * Names of the gates that applications ask for: all but segments and holdouts. The array is
   * shared.
   */
  gateNames(): readonly string[] {
    this.gates ??= this.query((engine) => {
      const hidden = new Set(
        ['segment', 'holdout'].flatMap((entity) => engine.specNames(SpecKind.Gate, entity)),
      );
      return engine.specNames(SpecKind.Gate, '').filter((name) => !hidden.has(name));
    });
    return this.gates;
  }

  /** What the specs say of a name, whoever asks; null when they say nothing. Shared. */
  contentOf(kind: SpecKind, name: string): KnownSpec | null {
    const key = `${kind} ${name}`;
    const known = this.contents.get(key);
    if (known !== undefined) return known;
    const content = this.query((engine) => {
      const index = engine.specIndex(kind, name);
      const found = index < 0 ? null : engine.specContent(index);
      const info = found === null ? null : engine.specInfo(index);
      return found === null || info === null ? null : { ...found, ...info };
    });
    // Of unknown names there may be any number.
    if (content !== null) this.contents.set(key, content);
    return content;
  }

  /** All parameter stores of the payload. Shared: treat as read-only. */
  parameterStores(): Record<string, unknown> {
    this.stores ??= this.query((engine) => engine.paramStores());
    return this.stores;
  }

  /** The parameter store of a name as the payload has it; undefined when there is none. */
  parameterStore(name: string): unknown {
    const stores = this.parameterStores();
    return Object.prototype.hasOwnProperty.call(stores, name) ? stores[name] : undefined;
  }
}

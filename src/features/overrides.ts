/** Local overrides (BEHAVIOUR.md 4): name → (userID, custom ID, or '' for everyone) → value. */
import type { OverrideTable } from '../engine/engine';

/** Outlives the engine: a server that is initialized again keeps its overrides. */
export class Overrides {
  private table: OverrideTable = empty();

  /** @param publish gets the whole table after each change */
  constructor(private readonly publish: (table: OverrideTable) => void) {}

  get current(): OverrideTable {
    return this.table;
  }

  /** @throws TypeError when the value is no JSON; nothing changes then */
  set(
    kind: keyof OverrideTable,
    name: string,
    value: unknown,
    userOrCustomID: string | null,
  ): void {
    // A copy: the caller's object stays the caller's, and one bad value cannot spoil the table.
    const copy: unknown = JSON.parse(JSON.stringify(value));
    const ofKind = this.table[kind] as Record<string, Record<string, unknown>>;
    const ofName = ofKind[name] ?? (ofKind[name] = Object.create(null) as Record<string, unknown>);
    ofName[userOrCustomID ?? ''] = copy;
    this.publish(this.table);
  }

  clear(kind: keyof OverrideTable): void {
    this.table = { ...this.table, [kind]: Object.create(null) as Record<string, never> };
    this.publish(this.table);
  }
}

function empty(): OverrideTable {
  // Without a prototype, names such as `constructor` are names like any other (Q11).
  return {
    gates: Object.create(null) as OverrideTable['gates'],
    configs: Object.create(null) as OverrideTable['configs'],
    layers: Object.create(null) as OverrideTable['layers'],
  };
}

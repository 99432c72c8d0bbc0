/** Local overrides (BEHAVIOUR.md 4): name → (userID, custom ID, or '' for everyone) → value. */
import type { OverrideTable } from '../engine/engine';
import { StoreOverrides } from './store-overrides';

/** The value of an experiment's group; null when there is no such group. */
export type ValueOfGroup = (experiment: string, group: string) => unknown;

/**
 * What the life that answers gives. It knows nothing of the instance, which would never be let go
 * of (abandoned.ts).
 */
export interface OverriddenLife {
  setOverrides(table: OverrideTable): void;
  valueOfGroup: ValueOfGroup;
}

type Groups = Record<string, Record<string, string>>;

/** Outlives the engine: a server that is initialized again keeps its overrides. */
export class Overrides {
  readonly stores = new StoreOverrides();
  private table: OverrideTable = empty();
  /** Experiments that were given a group: its value is that of the specs in force. */
  private groups: Groups = named();

  private life: OverriddenLife | null = null;

  /** From now on this life gets the whole table, now and after each change. */
  serve(life: OverriddenLife): void {
    this.life = life;
    this.publish(this.current);
  }

  get current(): OverrideTable {
    const configs = Object.assign(named(), this.table.configs);
    for (const name of Object.keys(this.groups))
      configs[name] = { ...configs[name], ...this.valuesOf(name) };
    return { ...this.table, configs };
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
    const id = userOrCustomID ?? '';
    const ofKind = this.table[kind];
    (ofKind[name] ??= named())[id] = copy;
    if (kind === 'configs') delete this.groups[name]?.[id];
    this.publish(this.current);
  }

  /** The group of an experiment, in place of a value. */
  setGroup(experiment: string, group: string, userOrCustomID: string | null): void {
    const id = userOrCustomID ?? '';
    delete this.table.configs[experiment]?.[id];
    (this.groups[experiment] ??= named())[id] = group;
    this.publish(this.current);
  }

  /** Without an ID all of the name. */
  remove(kind: keyof OverrideTable, name: string, userOrCustomID: string | null): void {
    const ofKinds: Record<string, Record<string, unknown>>[] = [this.table[kind]];
    if (kind === 'configs') ofKinds.push(this.groups);
    for (const ofKind of ofKinds) {
      if (userOrCustomID === null) delete ofKind[name];
      else delete ofKind[name]?.[userOrCustomID];
    }
    this.publish(this.current);
  }

  clear(kind: keyof OverrideTable): void {
    this.table = { ...this.table, [kind]: named() };
    if (kind === 'configs') this.groups = named();
    this.publish(this.current);
  }

  clearAll(): void {
    this.table = empty();
    this.groups = named();
    this.stores.clear();
    this.publish(this.current);
  }

  /** Other specs serve: their groups may have other values. */
  specsChanged(): void {
    if (Object.keys(this.groups).length > 0) this.publish(this.current);
  }

  private publish(table: OverrideTable): void {
    this.life?.setOverrides(table);
  }

  private valuesOf(experiment: string): Record<string, unknown> {
    const ids = Object.entries(this.groups[experiment] ?? {});
    return Object.fromEntries(
      ids.map(([id, group]) => [id, this.life?.valueOfGroup(experiment, group) ?? {}]),
    );
  }
}

/** Without a prototype, names such as `constructor` are names like any other (Q11). */
function named<T>(): Record<string, T> {
  return Object.create(null);
}

function empty(): OverrideTable {
  return { gates: named(), configs: named(), layers: named() };
}

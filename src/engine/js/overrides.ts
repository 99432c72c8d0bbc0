/** Local overrides (BEHAVIOUR.md 4): name, then user ID, custom ID or '' for everyone. */

import { OverrideTable, SpecKind } from '../engine';
import { member } from './js-semantics';
import { Result, Tables } from './outcome';
import { ValueBox } from './store';
import { User } from './user';

class OverrideEntry {
  private tables: Tables | null = null;
  private result: Result | null = null;

  constructor(
    private readonly kind: SpecKind,
    private readonly value: unknown,
    private readonly idType: string | null,
  ) {}

  /** Results belong to an epoch, overrides outlive it. */
  resultIn(tables: Tables): Result {
    if (this.result === null || this.tables !== tables) {
      const isGate = this.kind === SpecKind.Gate;
      this.tables = tables;
      this.result = tables.constant({
        value: isGate ? (this.value as boolean) : true,
        ruleID: 'override',
        idType: this.idType,
        box: new ValueBox(isGate ? {} : this.value),
        reason: 'LocalOverride',
      });
    }
    return this.result;
  }
}

type ById = Map<string, OverrideEntry>;

export class Overrides {
  private readonly byName: readonly [Map<string, ById>, Map<string, ById>, Map<string, ById>];

  constructor(table: OverrideTable) {
    this.byName = [
      compile(SpecKind.Gate, table.gates),
      compile(SpecKind.Config, table.configs),
      compile(SpecKind.Layer, table.layers),
    ];
  }

  has(kind: SpecKind): boolean {
    return this.byName[kind].size > 0;
  }

  /** User ID first, then each custom ID in order, then everyone; null when nothing is overridden. */
  find(kind: SpecKind, name: string, user: User, tables: Tables): Result | null {
    const byId = this.byName[kind].get(name);
    if (byId === undefined) return null;
    const entry = entryFor(byId, user);
    return entry === undefined ? null : entry.resultIn(tables);
  }
}

function entryFor(byId: ById, user: User): OverrideEntry | undefined {
  const userId = member(user.data, 'userID');
  const own = userId === null || userId === undefined ? undefined : byId.get(String(userId));
  if (own !== undefined) return own;
  const customIds = member(user.data, 'customIDs');
  if (customIds !== null && customIds !== undefined) {
    for (const key of Object.keys(customIds as object)) {
      const entry = byId.get(String(member(customIds, key)));
      if (entry !== undefined) return entry;
    }
  }
  return byId.get('');
}

function compile(kind: SpecKind, names: Record<string, Record<string, unknown>>): Map<string, ById> {
  const byName = new Map<string, ById>();
  for (const [name, values] of Object.entries(names)) {
    const byId: ById = new Map();
    for (const [id, value] of Object.entries(values)) {
      if (value === null || value === undefined) continue;
      byId.set(id, new OverrideEntry(kind, value, idTypeOf(kind, id)));
    }
    byName.set(name, byId);
  }
  return byName;
}

function idTypeOf(kind: SpecKind, id: string): string | null {
  if (kind === SpecKind.Gate) return null;
  return id === '' ? '' : 'userID';
}

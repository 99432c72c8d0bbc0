/** Local overrides (BEHAVIOUR.md 4): name, then user ID, custom ID or '' for everyone. */

import { type OverrideTable, SpecKind } from '../engine';
import { member } from './js-semantics';
import type { Found, Tables } from './outcome';
import { ValueBox } from './value-box';
import type { User } from './user';

/** How an override was found; decides the ID type that configs and layers report. */
type Match = 'id' | 'everyone';

class OverrideEntry {
  private tables: Tables | null = null;
  private founds: Partial<Record<Match, Found>> = {};

  constructor(
    private readonly kind: SpecKind,
    private readonly value: unknown,
  ) {}

  /** Founds belong to an epoch, overrides outlive it. */
  foundIn(tables: Tables, match: Match): Found {
    if (this.tables !== tables) {
      this.tables = tables;
      this.founds = {};
    }
    return (this.founds[match] ??= this.make(tables, match));
  }

  private make(tables: Tables, match: Match): Found {
    const isGate = this.kind === SpecKind.Gate;
    return tables.constant({
      value: isGate ? (this.value as boolean) : true,
      ruleID: 'override',
      idType: isGate ? null : match === 'id' ? 'userID' : '',
      box: new ValueBox(isGate ? {} : this.value),
      reason: 'LocalOverride',
    });
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

  get isEmpty(): boolean {
    return this.byName.every(({ size }) => size === 0);
  }

  has(kind: SpecKind): boolean {
    return this.byName[kind].size > 0;
  }

  /**
   * User ID first, then each custom ID in order, then everyone; null when nothing is overridden.
   */
  find(kind: SpecKind, name: string, user: User, tables: Tables): Found | null {
    const byId = this.byName[kind].get(name);
    if (byId === undefined) return null;
    const own = ownEntry(byId, user);
    if (own !== undefined) return own.foundIn(tables, 'id');
    return byId.get('')?.foundIn(tables, 'everyone') ?? null;
  }
}

function ownEntry(byId: ById, user: User): OverrideEntry | undefined {
  const userId = member(user.data, 'userID');
  const own = userId === null || userId === undefined ? undefined : byId.get(String(userId));
  if (own !== undefined) return own;
  const customIds = member(user.data, 'customIDs');
  if (customIds !== null && customIds !== undefined) {
    for (const key of Object.keys(customIds)) {
      const entry = byId.get(String(member(customIds, key)));
      if (entry !== undefined) return entry;
    }
  }
  for (const id of user.inheritedIds) {
    const entry = byId.get(String(id));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function compile(
  kind: SpecKind,
  names: Record<string, Record<string, unknown>>,
): Map<string, ById> {
  const byName = new Map<string, ById>();
  for (const [name, values] of Object.entries(names)) {
    const byId: ById = new Map();
    for (const [id, value] of Object.entries(values)) {
      if (value === null || value === undefined) continue;
      byId.set(id, new OverrideEntry(kind, value));
    }
    byName.set(name, byId);
  }
  return byName;
}

/**
 * Values that somebody sets by hand: the payload is served with a rule in front that gives them, so
 * that every SDK which is connected answers, and exposes, accordingly.
 */
import { serveSpecs } from './specs-source';
import type { ServedSpecs } from './specs-source';

/** A value instead of what the rules say. */
export interface SpecOverride {
  kind: 'gate' | 'config' | 'layer';
  name: string;
  /** A boolean for a gate, parameters for others. */
  value: unknown;
  /** For this user alone; null for everybody. */
  userID: string | null;
}

const LISTS = { gate: 'feature_gates', config: 'dynamic_configs', layer: 'layer_configs' } as const;
/** ID of the rule that an override is. */
const ruleID = 'inspector_override';
const mostOverrides = 200;

type Wire = Record<string, unknown>;

/** What is overridden now, and payloads with it. */
export class SpecOverrides {
  private readonly overrides = new Map<string, SpecOverride>();
  /** SDKs take a payload that is newer than theirs, so each change makes it a millisecond newer. */
  private changes = 0;
  private readonly made = new Map<
    string,
    { base: ServedSpecs; changes: number; served: ServedSpecs }
  >();

  list(): SpecOverride[] {
    return [...this.overrides.values()];
  }

  /** @throws RangeError when there are too many */
  set(override: SpecOverride): void {
    const key = keyOf(override);
    if (!this.overrides.has(key) && this.overrides.size >= mostOverrides)
      throw new RangeError(`there are ${mostOverrides} overrides already`);
    this.overrides.set(key, override);
    this.changes += 1;
  }

  /** False: there is no such override. */
  remove(override: Pick<SpecOverride, 'kind' | 'name' | 'userID'>): boolean {
    const isKnown = this.overrides.delete(keyOf(override));
    if (isKnown) this.changes += 1;
    return isKnown;
  }

  /** The payload to serve; the same bytes as long as nothing was overridden. `slot` names it. */
  applied(slot: string, base: ServedSpecs): ServedSpecs {
    if (this.changes === 0) return base;
    const known = this.made.get(slot);
    if (known?.base === base && known.changes === this.changes) return known.served;
    const served = this.make(base);
    this.made.set(slot, { base, changes: this.changes, served });
    return served;
  }

  private make(base: ServedSpecs): ServedSpecs {
    try {
      const payload = JSON.parse(base.text) as Wire;
      for (const override of this.overrides.values()) apply(payload, override);
      return serveSpecs({ ...payload, time: base.time + this.changes });
    } catch {
      return base; // No payload: there is nothing to override.
    }
  }
}

function keyOf({ kind, name, userID }: Pick<SpecOverride, 'kind' | 'name' | 'userID'>): string {
  return JSON.stringify([kind, name, userID]);
}

function apply(payload: Wire, override: SpecOverride): void {
  const list = payload[LISTS[override.kind]];
  const specs: [string, Wire][] = Array.isArray(list)
    ? (list as Wire[]).map((spec) => [String(spec?.['name']), spec])
    : Object.entries((list ?? {}) as Record<string, Wire>);
  for (const [name, spec] of specs) {
    if (name !== override.name || spec === null || typeof spec !== 'object') continue;
    // Of a spec that is switched off the rules are not asked.
    const rules = spec['enabled'] === false || !Array.isArray(spec['rules']) ? [] : spec['rules'];
    spec['rules'] = [ruleOf(override, spec, payload), ...(rules as unknown[])];
    spec['enabled'] = true;
  }
}

/** The latest is in front; its condition says for whom it is. */
function ruleOf({ value, userID }: SpecOverride, spec: Wire, payload: Wire): Wire {
  const condition = {
    type: userID === null ? 'public' : 'unit_id',
    targetValue: userID === null ? null : [userID],
    operator: userID === null ? null : 'any_case_sensitive',
    field: userID === null ? null : 'userID',
    additionalValues: {},
    isDeviceBased: false,
    idType: 'userID',
  };
  return {
    id: ruleID,
    name: ruleID,
    groupName: 'Override',
    salt: ruleID,
    passPercentage: 100,
    idType: typeof spec['idType'] === 'string' ? spec['idType'] : 'userID',
    isDeviceBased: false,
    returnValue: value,
    conditions: [conditionIn(payload, condition)],
  };
}

/** dcs-v2 names conditions, and has them apart. */
function conditionIn(payload: Wire, condition: Wire): unknown {
  const map = payload['condition_map'];
  if (map === null || typeof map !== 'object') return condition;
  const name = `${ruleID} ${JSON.stringify(condition['targetValue'])}`;
  Object.defineProperty(map, name, {
    value: condition,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return name;
}

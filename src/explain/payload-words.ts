/**
 * What a payload says of rules and conditions, in its own words: engines keep only what they mean.
 * Reads both formats; whatever a payload lacks is left out.
 */
export type Wire = Readonly<Record<string, unknown>>;

/** A payload that can be read. */
export interface PayloadText {
  /** Another object when it is another payload. */
  key: object;
  /** Its JSON. @throws Error where it cannot be had */
  read(): string;
}

/** A rule by which another spec may stand in. */
export interface StandIn {
  rule: Wire;
  /** That other spec exists; some engines do not even ask rules of what does not. */
  isThere: boolean;
}

const LISTS = ['feature_gates', 'dynamic_configs', 'layer_configs'] as const;

/** See the head of this file. */
export class PayloadWords {
  private readonly named: Map<string, Wire>[] | null;

  private constructor(private readonly payload: Wire) {
    const isList = Array.isArray(payload['feature_gates']);
    this.named = isList ? LISTS.map((list) => byName(payload[list])) : null;
  }

  /**
   * Inflates and parses a payload: 10 ms per MB. The latest is kept as long as memory is not
   * needed.
   */
  static of(payload: PayloadText | null): PayloadWords {
    if (payload === null) return new PayloadWords({});
    const { key } = payload;
    const known = kept?.key.deref() === key ? kept.words.deref() : undefined;
    if (known !== undefined) return known;
    const words = new PayloadWords(parsed(payload));
    if (typeof WeakRef === 'function') kept = { key: new WeakRef(key), words: new WeakRef(words) };
    return words;
  }

  /** A spec by its kind (0 gate, 1 config, 2 layer) and name. */
  spec(kind: number, name: string): Wire {
    const list = LISTS[kind] ?? LISTS[0];
    const spec = this.named?.[kind]?.get(name) ?? own(this.payload[list], name);
    if (isWire(spec)) return spec;
    const autotune = kind === 1 ? own(this.payload['cmab_configs'], name) : undefined;
    return isWire(autotune) ? { ...autotune, entity: 'autotune' } : {};
  }

  /** Conditions of a rule, without those that everybody meets. */
  conditions(rule: Wire): Wire[] {
    const { conditions } = rule;
    if (!Array.isArray(conditions)) return [];
    return conditions
      .map((one: unknown) =>
        typeof one === 'string' ? own(this.payload['condition_map'], one) : one,
      )
      .map((one) => (isWire(one) ? one : {}))
      .filter(({ type }) => typeof type !== 'string' || type.toLowerCase() !== 'public');
  }

  /** Rules by which others may stand in for a name, in the order in which they are tried. */
  standIns(kind: number, name: string): StandIn[] {
    return this.mappings(name).flatMap(({ rules, new_config_name: target }) => {
      const isThere = this.isTarget(kind, String(target));
      return (Array.isArray(rules) ? rules : [])
        .map((rule: unknown) => own(rule, 'rule_name'))
        .map((rule) => own(this.payload['override_rules'], String(rule)))
        .filter(isWire)
        .map((rule) => ({ rule, isThere }));
    });
  }

  /** A spec, or what others may stand in for. */
  private isTarget(kind: number, name: string): boolean {
    const has = (one: string): boolean => Object.keys(this.spec(kind, one)).length > 0;
    return (
      has(name) ||
      this.mappings(name).some(({ new_config_name: next }) => {
        const further = String(next);
        return has(further) || Array.isArray(own(this.payload['overrides'], further));
      })
    );
  }

  private mappings(name: string): Wire[] {
    const mappings = own(this.payload['overrides'], name);
    return Array.isArray(mappings) ? mappings.filter(isWire) : [];
  }
}

let kept: { key: WeakRef<object>; words: WeakRef<PayloadWords> } | null = null;

function parsed({ read }: PayloadText): Wire {
  try {
    const payload: unknown = JSON.parse(read());
    return isWire(payload) ? payload : {};
  } catch {
    return {};
  }
}

/** Of equal names the last counts. */
function byName(list: unknown): Map<string, Wire> {
  const specs = (Array.isArray(list) ? list : []).filter(isWire);
  return new Map(specs.map((spec) => [String(spec['name']), spec]));
}

export function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function own(value: unknown, key: string): unknown {
  return isWire(value) && Object.prototype.hasOwnProperty.call(value, key) ? value[key] : undefined;
}

/** A text of the payload, else undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The caller's to change: the original serves others. */
export function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? (JSON.parse(JSON.stringify(value)) as unknown)
    : value;
}

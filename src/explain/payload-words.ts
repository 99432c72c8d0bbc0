/**
 * What a payload says of rules and conditions, in its own words: engines keep only what they mean.
 * Reads both formats; whatever a payload lacks is left out.
 */
import { textOf } from '../host/host';
import { plainNowOf, type SpecBytes } from '../updates/packed-specs';

export type Wire = Readonly<Record<string, unknown>>;

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
  static of(specs: SpecBytes | null): PayloadWords {
    if (specs === null) return new PayloadWords({});
    const known = kept?.specs.deref() === specs ? kept.words.deref() : undefined;
    if (known !== undefined) return known;
    const words = new PayloadWords(parsed(specs));
    if (typeof WeakRef === 'function')
      kept = { specs: new WeakRef(specs), words: new WeakRef(words) };
    return words;
  }

  /** A spec by its kind (0 gate, 1 config, 2 layer) and name. */
  spec(kind: number, name: string): Wire {
    const list = LISTS[kind] ?? LISTS[0];
    const spec = this.named?.[kind]?.get(name) ?? own(this.payload[list], name);
    if (isWire(spec)) return spec;
    const autotune = kind === 1 ? own(this.payload['cmab_configs'], name) : undefined;
    return isWire(autotune) ? autotune : {};
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
  standIns(name: string): Wire[] {
    const mappings = own(this.payload['overrides'], name);
    if (!Array.isArray(mappings)) return [];
    return mappings.filter(isWire).flatMap(({ rules }) =>
      (Array.isArray(rules) ? rules : [])
        .map((rule: unknown) => own(rule, 'rule_name'))
        .map((rule) => own(this.payload['override_rules'], String(rule)))
        .filter(isWire),
    );
  }
}

let kept: { specs: WeakRef<SpecBytes>; words: WeakRef<PayloadWords> } | null = null;

function parsed(specs: SpecBytes): Wire {
  try {
    const payload: unknown = JSON.parse(textOf(plainNowOf(specs)));
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

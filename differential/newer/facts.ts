/** What an answer may depend on: constructs that are reached from a name, directly or not. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../case';
import { djb2 } from '../../src/runtime/djb2';
import type { Entry } from './responses';
import type { Kind, LocalOverride } from './sides';

export type Construct =
  | 'nested gate'
  | 'unknown gate'
  | 'mapped gate'
  | 'delegate'
  | 'delegate of a delegate'
  | 'mapped delegate'
  | 'mapped'
  | 'merging layer'
  | 'group condition'
  | 'autotune'
  | 'drawn'
  | 'overridden'
  | 'overridden by no group'
  | 'strange condition';

/** What responses tell of a spec beside its answer. */
export interface SpecFacts {
  entity?: string;
  idType: string;
  isActive?: boolean;
  hasSharedParams?: boolean;
  explicitParameters?: string[];
}

interface Spec extends SpecFacts {
  rules: { conditions: string[]; configDelegate?: string; groupName?: string }[];
  useNewLayerEval?: boolean;
}
interface Condition {
  type: string;
  field: string | null;
  operator: string | null;
  targetValue: unknown;
}
interface Mapping {
  new_config_name: string;
}
interface Autotune extends SpecFacts {
  sampleRate: number;
  targetingGateName?: string;
  groups: { id: string }[];
  config?: Record<
    string,
    { records: number; weightsNumerical: object; weightsCategorical: object }
  >;
}

const MAPS: Record<Kind, string> = {
  gate: 'feature_gates',
  config: 'dynamic_configs',
  experiment: 'dynamic_configs',
  layer: 'layer_configs',
};

const REFERENCES: Record<string, Kind> = {
  gate_name: 'gate',
  config_name: 'config',
  experiment_name: 'experiment',
  layer_name: 'layer',
};

/** What a payload says of gates as a whole. */
export interface GateFacts {
  /** Names that conditions ask for and that there are not, as they are, in djb2 and in sha256. */
  unknown: ReadonlySet<string>;
  /** Group names that rules of gates have. */
  groups: ReadonlySet<string>;
  /** Whether any condition cannot be evaluated. */
  hasStrange: boolean;
}

export class Facts {
  readonly gates: GateFacts;
  /** Whether chance decides about an autotune. */
  readonly draws: boolean;
  private readonly known = new Map<string, ReadonlySet<Construct>>();

  constructor(
    private readonly payload: JsonObject,
    private readonly overrides: readonly LocalOverride[] = [],
  ) {
    const conditions = Object.values(this.map<Condition>('condition_map'));
    this.gates = {
      unknown: this.unknownGates(),
      groups: this.gateGroups(),
      hasStrange: conditions.some(isStrange),
    };
    this.draws = Object.values(this.map<Autotune>('cmab_configs')).some(isDrawn);
  }

  /** Of a name as it is asked for. Projects have no circles. */
  reach(kind: Kind, name: string): ReadonlySet<Construct> {
    const key = `${kind} ${name}`;
    let found = this.known.get(key);
    if (found === undefined) this.known.set(key, (found = this.collect(kind, name)));
    return found;
  }

  spec(kind: Kind, name: string): Spec | undefined {
    return this.in<Spec>(MAPS[kind], name);
  }

  /** The spec, and what may answer for it: what stands in for it, and what it hands over to. */
  answering(kind: Kind, name: string): SpecFacts[] {
    const own = this.spec(kind, name);
    const autotune = kind === 'experiment' ? this.in<SpecFacts>('cmab_configs', name) : undefined;
    const targets = this.in<Mapping[]>('overrides', name) ?? [];
    return [
      ...[own, autotune].filter((one) => one !== undefined),
      ...targets.flatMap(({ new_config_name: target }) => this.answering(kind, target)),
      ...(own?.rules ?? []).flatMap(({ configDelegate }) =>
        configDelegate === undefined ? [] : this.answering('experiment', configDelegate),
      ),
    ];
  }

  /** What a key of a response stands for; itself where that is unknown. */
  named(kind: Entry['kind'], key: string): [Kind, string] {
    if (kind === 'store' || kind === 'whole') return ['gate', ''];
    const maps = [MAPS[kind], ...(kind === 'config' ? ['cmab_configs'] : [])];
    const names = maps.flatMap((map) => Object.keys((this.payload[map] ?? {}) as object));
    const name = names.find((candidate) => [candidate, djb2(candidate)].includes(key)) ?? key;
    const isExperiment = kind === 'config' && this.in<Spec>('cmab_configs', name) !== undefined;
    return [isExperiment ? 'experiment' : kind, name];
  }

  /** What a parameter of a store comes from; null for a constant and for what is not there. */
  reference(store: string, parameter: string): [Kind, string] | null {
    const of = this.in<{ parameters: Record<string, JsonObject> }>('param_stores', store);
    const wire = of?.parameters[parameter] ?? {};
    for (const [field, kind] of Object.entries(REFERENCES))
      if (typeof wire[field] === 'string') return [kind, wire[field]];
    return null;
  }

  /**
   * Whether the place of an exposure says nothing. What is unsupported has another rule there when
   * it is asked for on the way; and where a gate within others is unsupported, groups of experiments
   * are still asked for, and exposed, there.
   */
  isLoose(kind: Kind, name: string): boolean {
    const conditions = Object.values(this.map<Condition>('condition_map'));
    return (
      this.reach(kind, name).has('strange condition') ||
      (kind === 'experiment' &&
        conditions.some(({ type, field }) => type === 'experiment_group' && field === name) &&
        conditions.some((one) => isStrange(one)))
    );
  }

  private unknownGates(): Set<string> {
    const asked = [
      ...Object.values(this.map<Condition>('condition_map'))
        .filter(({ type }) => type.endsWith('_gate'))
        .map(({ targetValue }) => String(targetValue)),
      ...Object.values(this.map<Autotune>('cmab_configs')).flatMap(
        ({ targetingGateName: name }) => name ?? [],
      ),
    ].filter((name) => this.spec('gate', name) === undefined);
    const sha256 = (name: string): string => createHash('sha256').update(name).digest('base64');
    return new Set(asked.flatMap((name) => [name, djb2(name), sha256(name)]));
  }

  private gateGroups(): Set<string> {
    const gates = Object.values(this.map<Spec>('feature_gates'));
    return new Set(gates.flatMap(({ rules }) => rules.flatMap(({ groupName }) => groupName ?? [])));
  }

  private map<T>(name: string): Record<string, T> {
    return (this.payload[name] ?? {}) as Record<string, T>;
  }

  private in<T>(map: string, name: string): T | undefined {
    const of = this.map<T>(map);
    return Object.prototype.hasOwnProperty.call(of, name) ? of[name] : undefined;
  }

  private collect(kind: Kind, name: string): Set<Construct> {
    const found = new Set<Construct>();
    const also = (more: Iterable<Construct>): void => {
      for (const one of more) found.add(one);
    };
    const ofKind = MAPS[kind];
    const overrides = this.overrides.filter(
      (one) => one.name === name && MAPS[one.kind] === ofKind,
    );
    if (overrides.length > 0) found.add('overridden');
    const groups = this.spec(kind, name)?.rules.map(({ groupName }) => groupName) ?? [];
    if (overrides.some(({ value }) => typeof value === 'string' && !groups.includes(value)))
      found.add('overridden by no group');
    for (const { new_config_name: target } of this.in<Mapping[]>('overrides', name) ?? []) {
      found.add('mapped');
      also(this.reach(kind, target));
    }
    const autotune = kind === 'experiment' ? this.in<Autotune>('cmab_configs', name) : undefined;
    if (autotune !== undefined) {
      found.add('autotune');
      if (isDrawn(autotune)) found.add('drawn');
      if (autotune.targetingGateName !== undefined) also(this.gate(autotune.targetingGateName));
    }
    const spec = this.spec(kind, name);
    if (spec?.useNewLayerEval === true) found.add('merging layer');
    for (const { conditions, configDelegate } of spec?.rules ?? []) {
      for (const id of conditions) also(this.condition(id));
      if (configDelegate !== undefined) also(this.delegate(configDelegate));
    }
    return found;
  }

  private delegate(name: string): Set<Construct> {
    const found = new Set(this.reach('experiment', name));
    const spec = this.spec('config', name);
    if (spec !== undefined) found.add('delegate');
    if (spec?.rules.some(({ configDelegate }) => configDelegate !== undefined) === true)
      found.add('delegate of a delegate');
    if (found.has('mapped')) found.add('mapped delegate');
    return found;
  }

  private gate(name: string): Set<Construct> {
    const found = new Set(this.reach('gate', name)).add('nested gate');
    if (found.has('mapped')) found.add('mapped gate');
    if (this.spec('gate', name) === undefined) found.add('unknown gate');
    return found;
  }

  private condition(id: string): Set<Construct> {
    const condition = this.in<Condition>('condition_map', id);
    if (condition === undefined) return new Set(['strange condition']);
    const { type, field, targetValue } = condition;
    if (type.endsWith('_gate')) return this.gate(String(targetValue));
    if (type === 'experiment_group')
      return new Set(this.reach('experiment', String(field))).add('group condition');
    return new Set(isStrange(condition) ? ['strange condition'] : []);
  }
}

/** Whether nobody knows the condition, in generated projects. */
function isStrange({ type, operator }: Condition): boolean {
  return (
    type.startsWith('no_such') ||
    operator?.startsWith('no_such') === true ||
    (type === 'user_field' && operator === null)
  );
}

/** Whether chance decides: who explores, or nobody's score. One group may outweigh all others. */
function isDrawn({ sampleRate, groups, config }: Autotune): boolean {
  if (config == null || groups.length < 2) return false;
  const weights = groups.map(({ id }) => 1 / ((config[id]?.records ?? 0) + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isOpen = Math.max(...weights) / total < 0.999_999;
  const hasScores = groups.some(({ id }) => {
    const { weightsNumerical = {}, weightsCategorical = {} } = config[id] ?? {};
    return Object.keys({ ...weightsNumerical, ...weightsCategorical }).length > 0;
  });
  return (sampleRate > 0 && isOpen) || !hasScores;
}

/** Spec indexes of an epoch: handed out when a name is first asked for. */

import {
  EXPERIMENT_KIND,
  EvalCode,
  type LookupKind,
  MAX_UNKNOWN_NAMES,
  type SpecContent,
  SpecKind,
} from '../engine';
import type { Found } from './outcome';
import { PassKind, type Spec, type Store } from './store';

/** What a spec index stands for. */
export interface Target {
  readonly kind: SpecKind;
  /** What it was looked up as. */
  readonly lookup: LookupKind;
  readonly name: string;
  readonly spec: Spec | null;
  /** The answer while no specs serve, made when first needed. */
  uninitialized: Found | null;
}

type Names = ReadonlyMap<LookupKind, Map<string, number>>;

export class Targets {
  unknownNames = 0;
  /** Below the number of specs to specs, above to other names. */
  private readonly list: (Target | undefined)[];
  private given = 0;
  private readonly names: Names = new Map<LookupKind, Map<string, number>>([
    [SpecKind.Gate, new Map()],
    [SpecKind.Config, new Map()],
    [SpecKind.Layer, new Map()],
    [EXPERIMENT_KIND, new Map()],
  ]);

  constructor(private readonly store: Store) {
    this.list = new Array<Target | undefined>(
      store.specs.reduce((sum, specs) => sum + specs.size, 0),
    );
  }

  get(index: number): Target | undefined {
    return this.list[index];
  }

  /** Index of a name, known or not, or TableFull. */
  indexOf(lookup: LookupKind, name: string): number {
    const index = this.names.get(lookup)!.get(name);
    if (index !== undefined) return index;
    if (lookup === EXPERIMENT_KIND) return this.experiment(name);
    const spec = this.store.specs[lookup].get(name);
    if (spec !== undefined)
      return this.add(this.given++, { kind: lookup, lookup, name, spec, uninitialized: null });
    if (this.unknownNames >= MAX_UNKNOWN_NAMES) return EvalCode.TableFull;
    this.unknownNames++;
    return this.add(this.list.length, {
      kind: lookup,
      lookup,
      name,
      spec: null,
      uninitialized: null,
    });
  }

  /** That of the config of the name, where experiments see nothing else. */
  private experiment(name: string): number {
    const { newer, specs } = this.store;
    const isOther =
      newer !== null &&
      newer.autotunes.size > 0 &&
      (newer.autotunes.has(name) || newer.mappings.get(EXPERIMENT_KIND)?.has(name));
    if (isOther !== true) return this.indexOf(SpecKind.Config, name);
    const spec = specs[SpecKind.Config].get(name) ?? null;
    return this.add(this.list.length, {
      kind: SpecKind.Config,
      lookup: EXPERIMENT_KIND,
      name,
      spec,
      uninitialized: null,
    });
  }

  private add(index: number, target: Target): number {
    this.list[index] = target;
    this.names.get(target.lookup)!.set(target.name, index);
    return index;
  }
}

/** What no evaluation says of a spec. */
export function contentOf(spec: Spec): SpecContent {
  const groups = spec.rules.map((rule) => ({
    ruleId: rule.id,
    groupName: rule.groupName,
    idType: rule.idType,
    isExperimentGroup: rule.isExperimentGroup,
    isForEveryone:
      rule.passKind !== PassKind.Bucket && rule.delegate === null && rule.conditions.length === 0,
    returnValue: JSON.parse(rule.returnBox.text()) as unknown,
  }));
  return { fieldsUsed: [...spec.fieldsUsed], groups };
}

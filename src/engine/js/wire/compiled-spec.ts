/**
 * Specs and rules, and what is found there. Rules are compiled, places are made and fields are read
 * when an evaluation first needs them: a big project has tens of thousands, and making them all
 * took most of the time it takes to prepare a payload.
 */

import type { Dialect } from '../dialect';
import type { JsonObject } from '../js-semantics';
import { midstate, type Midstate } from '../sha256';
import { type Condition, ConditionKind, type GateRef, type Rule, type Spec } from '../store';
import { ValueBox } from '../value-box';
import { FoundAt, type FoundFacts } from '../outcome';

/** What is found at a spec that cannot be evaluated. */
function unsupported(facts: FoundFacts): FoundFacts {
  return {
    ...facts,
    value: false,
    reason: 'Unsupported',
    idType: null,
    explicitParameters: null,
    box: new ValueBox({}),
  };
}

type RuleFields = Omit<
  Rule,
  'onPass' | 'onFail' | 'onUnsupported' | 'onDelegate' | 'passPrefix' | 'isPlain'
> & {
  /** What is hashed before the unit ID. */
  prefix: string;
  /** What it says to users who pass. */
  says: boolean;
};

export class CompiledRule implements Rule {
  readonly id: string;
  readonly groupName: string | null;
  readonly returnBox: ValueBox;
  readonly conditions: readonly Condition[];
  readonly isPlain: boolean;
  readonly isTargeting: boolean;
  readonly isExperimentGroup: boolean;
  readonly idType: string;
  readonly samplingRate: unknown;
  readonly passKind: Rule['passKind'];
  readonly passBelow: number;
  readonly unit: number;
  readonly delegate: Spec | null;
  private readonly prefix: string;
  private readonly says: boolean;
  private hashed: Midstate | null = null;
  private passed: FoundAt | null = null;
  private failed: FoundAt | null = null;
  private unsupported: FoundAt | null = null;
  private delegated: FoundAt | null = null;

  /** `spec`: what is found at the spec where nothing passes. */
  constructor(
    fields: RuleFields,
    private readonly spec: FoundFacts,
  ) {
    this.id = fields.id;
    this.groupName = fields.groupName;
    this.returnBox = fields.returnBox;
    this.conditions = fields.conditions;
    this.isPlain = fields.conditions.every(({ kind }) => kind === ConditionKind.Test);
    this.isTargeting = fields.isTargeting;
    this.idType = fields.idType;
    this.samplingRate = fields.samplingRate;
    this.passKind = fields.passKind;
    this.passBelow = fields.passBelow;
    this.unit = fields.unit;
    this.delegate = fields.delegate;
    this.prefix = fields.prefix;
    this.isExperimentGroup = fields.isExperimentGroup;
    this.says = fields.says;
  }

  get passPrefix(): Midstate {
    return (this.hashed ??= midstate(this.prefix));
  }

  get onPass(): FoundAt {
    return (this.passed ??= this.foundAt(this.says, this.returnBox));
  }

  get onFail(): FoundAt {
    return (this.failed ??= this.foundAt(this.spec.value, this.spec.box));
  }

  get onUnsupported(): FoundAt {
    return (this.unsupported ??= new FoundAt(unsupported(this.spec)));
  }

  get onDelegate(): FoundAt | null {
    const { delegate } = this;
    if (delegate === null) return null;
    const { name, explicitParameters } = delegate;
    return (this.delegated ??= new FoundAt({
      ...this.spec,
      configDelegate: name,
      explicitParameters,
    }));
  }

  private foundAt(value: boolean, box: ValueBox): FoundAt {
    const { id, groupName, isExperimentGroup } = this;
    return new FoundAt({ ...this.spec, value, box, ruleID: id, groupName, isExperimentGroup });
  }
}

/** Compiles the rules of a spec. */
export interface RuleMaker {
  readonly dialect: Dialect;
  rules(rules: unknown[], salt: unknown, facts: FoundFacts): Rule[];
  rule(wire: unknown, salt: unknown, facts: FoundFacts): Rule;
}

export class CompiledSpec implements Spec {
  gateRef: GateRef | null = null;
  readonly skipsRules: boolean;
  readonly merges: boolean;
  private readonly isEnabled: boolean;
  private known: FoundFacts | null = null;
  private compiled: readonly Rule[] | null = null;
  private targeting: readonly Rule[] | null = null;
  readonly isMalformed: boolean;
  private readonly wire: JsonObject;
  private disabled: FoundAt | null = null;
  private byDefault: FoundAt | null = null;
  private unsupported: FoundAt | null = null;
  private untargeted: FoundAt | null = null;

  /** `wire.rules` is a list, and is let go once the rules are compiled. */
  constructor(
    readonly kind: Spec['kind'],
    readonly name: string,
    { wire, isMalformed }: { wire: JsonObject; isMalformed: boolean },
    private readonly maker: RuleMaker,
  ) {
    this.wire = wire;
    this.isMalformed = isMalformed;
    this.isEnabled = Boolean(wire.enabled);
    this.merges = maker.dialect.knowsNewer && wire.useNewLayerEval === true;
    this.skipsRules = !this.isEnabled && maker.dialect.skipsRulesOfDisabled;
  }

  get entity(): string | null {
    const { entity } = this.wire;
    return typeof entity === 'string' ? entity : null;
  }

  get idType(): string | null | undefined {
    return this.wire.idType as string | null | undefined;
  }

  get isActive(): boolean {
    return this.wire.isActive === true;
  }

  get hasSharedParams(): boolean {
    return this.wire.hasSharedParams === true;
  }

  /** Those are of experiments, not specs. */
  get isAutotune(): boolean {
    return false;
  }

  get targetAppIDs(): unknown {
    return this.wire.targetAppIDs;
  }

  get defaultBox(): ValueBox {
    return this.facts.box;
  }

  get explicitParameters(): string[] | null {
    return this.facts.explicitParameters;
  }

  /** What is found where nothing passes. */
  private get facts(): FoundFacts {
    return (this.known ??= specFacts(this.wire, this.maker.dialect));
  }

  get rules(): readonly Rule[] {
    return this.compiled ?? this.compile();
  }

  get targetingRules(): readonly Rule[] {
    return (this.targeting ??= this.rules.filter((rule) => rule.isTargeting));
  }

  get overrideRules(): readonly Rule[] {
    return this.rules.filter((rule) => rule.id.endsWith('override'));
  }

  get fieldsUsed(): readonly string[] {
    const { fieldsUsed: list } = this.wire;
    return Array.isArray(list) ? list.filter((field) => typeof field === 'string') : [];
  }

  private compile(): readonly Rule[] {
    const { wire } = this;
    this.compiled = this.maker.rules(wire.rules as unknown[], wire.salt, this.facts);
    wire.rules = null;
    return this.compiled;
  }

  get onDisabled(): FoundAt {
    return (this.disabled ??= new FoundAt({
      ...this.facts,
      ruleID: 'disabled',
      explicitParameters: null,
    }));
  }

  get onDefault(): FoundAt {
    return (this.byDefault ??= new FoundAt({
      ...this.facts,
      ruleID: this.isEnabled ? 'default' : 'disabled',
    }));
  }

  get onUnsupported(): FoundAt {
    return (this.unsupported ??= new FoundAt(unsupported(this.facts)));
  }

  get onNoTargeting(): FoundAt {
    return (this.untargeted ??= new FoundAt({
      ...this.facts,
      value: false,
      idType: null,
      version: null,
      explicitParameters: null,
      forwardAll: false,
      box: new ValueBox({}),
    }));
  }
}

/** What is found at a spec where nothing passes. */
export function specFacts(wire: JsonObject, dialect: Dialect): FoundFacts {
  const { explicitParameters, version } = wire;
  return {
    value: dialect.saysByDefault(wire.defaultValue),
    ruleID: '',
    groupName: null,
    idType: typeof wire.idType === 'string' ? wire.idType : null,
    box: boxOf(wire.defaultValue),
    explicitParameters: Array.isArray(explicitParameters) ? explicitParameters : null,
    version: version ?? null,
    isExperimentGroup: false,
    forwardAll: Boolean(wire.forwardAllExposures),
    configDelegate: null,
    reason: null,
    shown: dialect.showsAnswers
      ? {
          idType: wire.idType as string | null | undefined,
          isActive: wire.isActive === true,
          hasSharedParams: wire.hasSharedParams === true,
          isAutotune: false,
        }
      : null,
  };
}

export function boxOf(value: unknown): ValueBox {
  return new ValueBox(value === undefined || typeof value === 'boolean' ? {} : value);
}

/**
 * Specs and rules, and where they end. Rules are compiled and ends are made when an evaluation first reaches them: a
 * big project has tens of thousands, and making them all took most of the time it takes to prepare a payload.
 */

import { ResultCache } from '../outcome';
import { midstate, type Midstate } from '../sha256';
import { Rule, Spec, Terminal, ValueBox } from '../store';

/** An end without what evaluations leave in it. */
export type TerminalFacts = Omit<Terminal, 'results'>;

/** Equal ends of one spec are one object, so that equal results are, too. */
export class TerminalTable {
  private known: Map<string, Terminal> | null = null;

  get(facts: TerminalFacts): Terminal {
    const key = JSON.stringify([
      facts.value, facts.isUnsupported, facts.ruleID, facts.groupName, facts.idType, facts.box.text(),
      facts.explicitParameters, facts.version, facts.isExperimentGroup, facts.forwardAll,
    ]);
    return this.share(key, facts);
  }

  /** Ends of delegating rules take their content from the delegate, which is not known yet. */
  delegate(facts: TerminalFacts): Terminal {
    return this.share(`delegate:${facts.configDelegate ?? ''}`, facts);
  }

  private share(key: string, facts: TerminalFacts): Terminal {
    this.known ??= new Map();
    let end = this.known.get(key);
    if (end === undefined) {
      end = { ...facts, results: new ResultCache() };
      this.known.set(key, end);
    }
    return end;
  }
}

/** The end of a spec that cannot be evaluated. */
function unsupported(facts: TerminalFacts): TerminalFacts {
  return { ...facts, isUnsupported: true, idType: null, explicitParameters: null, box: new ValueBox({}) };
}

type RuleFields = Omit<Rule, 'onPass' | 'onFail' | 'onUnsupported' | 'passPrefix'> & {
  /** What is hashed before the unit ID. */
  prefix: string;
};

export class CompiledRule implements Rule {
  readonly id: Rule['id'];
  readonly groupName: Rule['groupName'];
  readonly returnBox: Rule['returnBox'];
  readonly conditions: Rule['conditions'];
  readonly isTargeting: Rule['isTargeting'];
  readonly samplingRate: Rule['samplingRate'];
  readonly passKind: Rule['passKind'];
  readonly passBelow: Rule['passBelow'];
  readonly unit: Rule['unit'];
  readonly delegate: Rule['delegate'];
  readonly onDelegate: Rule['onDelegate'];
  private readonly prefix: string;
  private hashed: Midstate | null = null;
  private passed: Terminal | null = null;
  private failed: Terminal | null = null;
  private unsupported: Terminal | null = null;

  /** `spec`: the end of the spec in which nothing passes. */
  constructor(fields: RuleFields, private readonly isExperimentGroup: boolean, private readonly spec: TerminalFacts, private readonly ends: TerminalTable) {
    this.id = fields.id;
    this.groupName = fields.groupName;
    this.returnBox = fields.returnBox;
    this.conditions = fields.conditions;
    this.isTargeting = fields.isTargeting;
    this.samplingRate = fields.samplingRate;
    this.passKind = fields.passKind;
    this.passBelow = fields.passBelow;
    this.prefix = fields.prefix;
    this.unit = fields.unit;
    this.delegate = fields.delegate;
    this.onDelegate = fields.onDelegate;
  }

  get passPrefix(): Midstate {
    return (this.hashed ??= midstate(this.prefix));
  }

  get onPass(): Terminal {
    return (this.passed ??= this.ends.get({ ...this.facts(), value: true, box: this.returnBox }));
  }

  get onFail(): Terminal {
    return (this.failed ??= this.ends.get(this.facts()));
  }

  get onUnsupported(): Terminal {
    return (this.unsupported ??= this.ends.get(unsupported(this.spec)));
  }

  private facts(): TerminalFacts {
    return { ...this.spec, ruleID: this.id, groupName: this.groupName, isExperimentGroup: this.isExperimentGroup };
  }
}

type Late = 'rules' | 'targetingRules' | 'onDisabled' | 'onDefault' | 'onUnsupported' | 'onNoTargeting';
type SpecFields = Omit<Spec, Late | 'defaultBox' | 'explicitParameters'>;

/** What rules are compiled from. */
export interface RulesWire {
  readonly rules: unknown[];
  /** The spec's. */
  readonly salt: unknown;
}

/** Compiles the rules of a spec. */
export interface RuleMaker {
  rules(wire: RulesWire, facts: TerminalFacts, ends: TerminalTable): Rule[];
}

export class CompiledSpec implements Spec {
  readonly kind: Spec['kind'];
  readonly name: Spec['name'];
  readonly gateRef: Spec['gateRef'];
  readonly isEnabled: Spec['isEnabled'];
  readonly isMalformed: Spec['isMalformed'];
  readonly entity: Spec['entity'];
  readonly idType: Spec['idType'];
  readonly defaultBox: Spec['defaultBox'];
  readonly explicitParameters: Spec['explicitParameters'];
  readonly isActive: Spec['isActive'];
  readonly hasSharedParams: Spec['hasSharedParams'];
  readonly targetAppIDs: Spec['targetAppIDs'];
  private readonly ends = new TerminalTable();
  private compiled: readonly Rule[] | null = null;
  private targeting: readonly Rule[] | null = null;
  private disabled: Terminal | null = null;
  private byDefault: Terminal | null = null;
  private unsupported: Terminal | null = null;
  private untargeted: Terminal | null = null;

  /** `facts`: the end in which nothing passes. `wire` is let go once its rules are compiled. */
  constructor(fields: SpecFields, private readonly facts: TerminalFacts, private wire: RulesWire | null, private readonly maker: RuleMaker) {
    this.kind = fields.kind;
    this.name = fields.name;
    this.gateRef = fields.gateRef;
    this.isEnabled = fields.isEnabled;
    this.isMalformed = fields.isMalformed;
    this.entity = fields.entity;
    this.idType = fields.idType;
    this.defaultBox = facts.box;
    this.explicitParameters = facts.explicitParameters;
    this.isActive = fields.isActive;
    this.hasSharedParams = fields.hasSharedParams;
    this.targetAppIDs = fields.targetAppIDs;
  }

  get rules(): readonly Rule[] {
    return this.compiled ?? this.compile();
  }

  get targetingRules(): readonly Rule[] {
    return (this.targeting ??= this.rules.filter((rule) => rule.isTargeting));
  }

  private compile(): readonly Rule[] {
    this.compiled = this.wire === null ? [] : this.maker.rules(this.wire, this.facts, this.ends);
    this.wire = null;
    return this.compiled;
  }

  get onDisabled(): Terminal {
    return (this.disabled ??= this.ends.get({ ...this.facts, ruleID: 'disabled', explicitParameters: null }));
  }

  get onDefault(): Terminal {
    return (this.byDefault ??= this.ends.get({ ...this.facts, ruleID: 'default' }));
  }

  get onUnsupported(): Terminal {
    return (this.unsupported ??= this.ends.get(unsupported(this.facts)));
  }

  get onNoTargeting(): Terminal {
    return (this.untargeted ??= this.ends.get({
      ...this.facts, idType: null, version: null, explicitParameters: null, forwardAll: false, box: new ValueBox({}),
    }));
  }
}

/**
 * Results for a response: option overrides, local overrides, evaluation. Mirrors
 * `bootstrap/results.rs`.
 */

import { EXPERIMENT_KIND, type LookupKind, SpecKind } from '../engine';
import { type Request, own } from './bootstrap-request';
import type { Evaluation } from './eval/evaluation';
import { withoutMethods } from './js-semantics';
import type { Found } from './outcome';
import { NO_SPEC, type ShownSpec } from './shown-spec';
import type { Spec } from './store';
import { ValueBox } from './value-box';
import type { User } from './user';

/** What is written about one spec. */
export interface Shown {
  readonly spec: Spec;
  readonly found: Found;
  /** Value of a gate; whatever an option override gives. */
  readonly gateValue: unknown;
  /**
   * `isExperimentGroup` of a fresh evaluation of the experiment: of the spec, for layers of the
   * delegate.
   */
  readonly isAllocated: boolean;
  /** The config that a layer was delegated to. */
  readonly delegate: Spec | null;
  /** Group that a fresh evaluation of the delegate found; '' = none. */
  readonly delegateGroup: string;
  /** What stood in for the spec; itself in dcs-v1. */
  readonly base: ShownSpec;
  /** What answered; the spec itself in dcs-v1. */
  readonly answer: ShownSpec;
}

/** Evaluates for responses. */
export class Results {
  constructor(private readonly evaluation: Evaluation) {}

  begin(user: User, { options, isForApp, appId }: Request): void {
    if (isForApp)
      this.evaluation.beginForApp(user, options.nowMs, withoutMethods(appId ?? undefined));
    else this.evaluation.begin(0, user, options.nowMs);
  }

  /** True when what is found at a spec alone says what is written about it. */
  isPlain(kind: SpecKind, { options, isForApp }: Request): boolean {
    if (isForApp || options.includeLocalOverrides || options.overrides) return false;
    const { overrides } = this.evaluation;
    return (
      kind !== SpecKind.Layer || !(overrides.has(SpecKind.Config) || overrides.has(SpecKind.Layer))
    );
  }

  /** What a spec itself finds, whatever its override says. */
  fresh(spec: Spec, request: Request): Found {
    return this.evaluation.direct(
      spec,
      !request.isForApp && !this.evaluation.overrides.has(SpecKind.Gate),
      this.kindOf(spec),
    );
  }

  /** What a spec is evaluated as: experiments see autotunes. */
  private kindOf({ kind, entity }: Spec): LookupKind {
    const isSeen = kind === SpecKind.Config && entity !== 'dynamic_config';
    return isSeen && this.evaluation.store.newer !== null ? EXPERIMENT_KIND : kind;
  }

  /** Whose facts stand beside a found. */
  private facts(
    spec: Spec,
    { base, at, isUnsupported }: Found,
  ): { base: ShownSpec; answer: ShownSpec } {
    if (!this.evaluation.store.dialect.showsAnswers) return { base: spec, answer: spec };
    const own = base === null || base === NO_SPEC ? spec : base;
    const answer = at.shown ?? own;
    if (!answer.isAutotune || spec.isAutotune) return { base: own, answer };
    // Its autotune, which is not for this app, answers.
    if (spec.kind === SpecKind.Config && base === null) return { base: answer, answer };
    // A layer that hands over to one has its ID type, unless it stands in for the delegate.
    const isOfLayer = spec.kind === SpecKind.Layer && !isUnsupported && at.idType === answer.idType;
    return { base: isOfLayer ? answer : own, answer };
  }

  show(spec: Spec, request: Request): Shown {
    if (spec.kind === SpecKind.Gate) return this.gate(spec, request);
    const found = this.configResult(spec, request);
    const shown = { spec, found, gateValue: undefined, ...this.facts(spec, found) };
    if (spec.kind === SpecKind.Config) {
      const isAllocated = this.isAllocated(spec, request, found);
      return { ...shown, isAllocated, delegate: null, delegateGroup: '' };
    }
    const { configDelegate, groupName } = found.at;
    const delegate = configDelegate
      ? (this.evaluation.store.specs[SpecKind.Config].get(configDelegate) ?? null)
      : null;
    if (delegate === null) return { ...shown, isAllocated: false, delegate, delegateGroup: '' };
    const isAllocated = this.isAllocated(delegate, request, found);
    const group = this.evaluation.store.dialect.showsAnswers
      ? groupName
      : this.fresh(delegate, request).at.groupName;
    return { ...shown, isAllocated, delegate, delegateGroup: group ?? '' };
  }

  private gate(spec: Spec, request: Request): Shown {
    const override = own(request.options.overrides?.featureGates, spec.name);
    const facts = { spec, isAllocated: false, delegate: null, delegateGroup: '' };
    if (override !== undefined) {
      const found = this.overridden(null, new ValueBox({}));
      return { ...facts, found, gateValue: override, base: spec, answer: spec };
    }
    const found = this.found(spec, request);
    const gateValue = !found.isUnsupported && found.value;
    return { ...facts, found, gateValue, ...this.facts(spec, found) };
  }

  /** Local overrides count at the top level only when asked for; below it they always do (Q12). */
  private found(spec: Spec, request: Request): Found {
    const { evaluation } = this;
    if (request.options.includeLocalOverrides) {
      const override = evaluation.overrides.find(
        spec.kind,
        spec.name,
        evaluation.user,
        evaluation.tables,
      );
      if (override !== null) return override;
    }
    return this.fresh(spec, request);
  }

  private configResult(spec: Spec, request: Request): Found {
    const { overrides } = request.options;
    const asked = spec.kind === SpecKind.Config ? overrides?.dynamicConfigs : overrides?.layers;
    const option = own(asked, spec.name) as { value?: unknown; groupName?: string } | undefined;
    return this.optionOverride(spec, option) ?? this.found(spec, request);
  }

  private optionOverride(
    spec: Spec,
    option: { value?: unknown; groupName?: string } | undefined,
  ): Found | null {
    if (!option) return null;
    const { groupName } = option;
    const rule = groupName
      ? spec.rules.find((candidate) => candidate.groupName === groupName)
      : undefined;
    const value = option.value ?? rule?.returnBox.value;
    if (!value || typeof value !== 'object') return null;
    return this.overridden(groupName ?? null, new ValueBox(value));
  }

  private overridden(groupName: string | null, box: ValueBox): Found {
    return this.evaluation.tables.constant({
      value: true,
      ruleID: 'override',
      groupName,
      box,
      reason: 'LocalOverride',
    });
  }

  /**
   * In dcs-v1 evaluated from the spec, whatever the overrides say, and without the client key's app
   * (Q9).
   */
  private isAllocated(spec: Spec, request: Request, { at }: Found): boolean {
    if (this.evaluation.store.dialect.showsAnswers) return at.isExperimentGroup;
    if (!request.isForApp) return this.evaluation.direct(spec).at.isExperimentGroup;
    return this.evaluation.withoutApp(() => this.evaluation.direct(spec).at.isExperimentGroup);
  }
}

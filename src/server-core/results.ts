/** Results under the newer SDK's names. Their own keys are those of theirs. */
import type {
  DynamicConfig as Config,
  FeatureGate as Gate,
  Layer as OurLayer,
} from '../results/results';
import { detailsOf, type SpecsState } from './details';
import type { EvaluationDetails, SecondaryExposure } from './types';

export type TypedGet = <T = unknown>(
  key: string,
  defaultValue: T,
  typeGuard?: ((value: unknown) => value is T | null) | null,
) => T;
export type UnknownGet = (
  key: string,
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  fallback?: boolean | number | string | object | Array<any> | null,
) => unknown | null;

/** What all results have. */
interface Base {
  name: string;
  ruleID: string;
  idType: string;
  details: EvaluationDetails;
  secondaryExposures: SecondaryExposure[];
}

abstract class BaseEvaluation {
  readonly secondaryExposures: SecondaryExposure[];
  readonly name: string;
  readonly ruleID: string;
  readonly idType: string;
  readonly details: EvaluationDetails;

  constructor(base: Base) {
    this.secondaryExposures = base.secondaryExposures;
    this.name = base.name;
    this.ruleID = base.ruleID;
    this.idType = base.idType;
    this.details = base.details;
  }

  getEvaluationDetails(): EvaluationDetails {
    return this.details;
  }

  getRuleId(): string {
    return this.ruleID;
  }

  getIdType(): string {
    return this.idType;
  }

  getSecondaryExposures(): SecondaryExposure[] {
    return this.secondaryExposures;
  }
}

/** The value of a gate. */
export class FeatureGate extends BaseEvaluation {
  constructor(
    base: Base,
    readonly value: boolean,
  ) {
    super(base);
  }
}

/** The value of a dynamic config. */
export class DynamicConfig extends BaseEvaluation {
  readonly get: TypedGet;
  readonly getValue: UnknownGet;

  constructor(
    base: Base,
    readonly value: Record<string, unknown>,
  ) {
    super(base);
    const reader = new Reader(base.name, value);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }
}

/** The value of an experiment. */
export class Experiment extends BaseEvaluation {
  readonly get: TypedGet;
  readonly getValue: UnknownGet;

  constructor(
    base: Base,
    readonly groupName: string | null,
    readonly value: Record<string, unknown>,
  ) {
    super(base);
    const reader = new Reader(base.name, value);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }

  getGroupName(): string | null {
    return this.groupName;
  }
}

interface LayerParts {
  groupName: string | null;
  allocatedExperimentName: string | null;
  value: Record<string, unknown>;
}

/** The parameters of a layer. Reading one exposes it. */
export class Layer extends BaseEvaluation {
  readonly get: TypedGet;
  readonly getValue: UnknownGet;

  readonly groupName: string | null;
  readonly allocatedExperimentName: string | null;
  readonly __value: Record<string, unknown>;

  constructor(base: Base, of: LayerParts, expose: (parameter: string) => void) {
    super(base);
    this.groupName = of.groupName;
    this.allocatedExperimentName = of.allocatedExperimentName;
    this.__value = of.value;
    const reader = new Reader(base.name, of.value, expose);
    this.get = reader.get;
    this.getValue = reader.getValue;
  }

  getGroupName(): string | null {
    return this.groupName;
  }

  getAllocatedExperimentName(): string | null {
    return this.allocatedExperimentName;
  }
}

/** Reads values by the type of a default. */
class Reader {
  constructor(
    private readonly name: string,
    private readonly values: Record<string, unknown>,
    private readonly expose?: (parameter: string) => void,
  ) {}

  readonly get: TypedGet = <T>(
    key: string,
    defaultValue: T,
    guard?: ((value: unknown) => value is T | null) | null,
  ): T => {
    const stored = this.own(key);
    const fallback = (defaultValue ?? null) as T;
    if (stored === null) return fallback;
    const isRight =
      typeof guard === 'function'
        ? guard(stored)
        : fallback === null || typeName(stored) === typeName(fallback);
    if (isRight) {
      this.expose?.(key);
      return stored as T;
    }
    const place = `'${this.name}.${key}'`;
    console.warn(
      `[Statsig] ${place} is of type ${typeName(stored)}, its default of type ` +
        `${typeName(fallback)}; the default is returned.`,
    );
    return fallback;
  };

  readonly getValue: UnknownGet = (key, fallback) => {
    const stored = this.own(key);
    if (stored === null) return fallback ?? null;
    this.expose?.(key);
    return stored;
  };

  private own(key: string): unknown {
    const isOwn = Object.prototype.hasOwnProperty.call(this.values, key);
    return isOwn ? (this.values[key] ?? null) : null;
  }
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

export function gateOf(gate: Gate, state: SpecsState): FeatureGate {
  const { name, ruleID, idType, value, evaluationDetails } = gate;
  const exposures = evaluationDetails?.secondaryExposures ?? [];
  const base = { name, ruleID, idType: idTypeOf(gate.ruleID, idType) };
  return new FeatureGate(
    {
      ...base,
      details: detailsOf(evaluationDetails, state),
      secondaryExposures: theirs(exposures),
    },
    value,
  );
}

export function configOf(config: Config, state: SpecsState): DynamicConfig {
  return new DynamicConfig(baseOf(config, state), config.value);
}

export function experimentOf(config: Config, state: SpecsState): Experiment {
  const isOverridden = config.getEvaluationDetails()?.reason === 'LocalOverride';
  const group = isOverridden ? null : config.getGroupName();
  return new Experiment(baseOf(config, state), group, config.value);
}

export function layerOf(layer: OurLayer, state: SpecsState): Layer {
  const { _value: value } = layer as unknown as { _value: Record<string, unknown> };
  const parts = {
    groupName: layer.getGroupName(),
    allocatedExperimentName: layer.getAllocatedExperimentName(),
    value,
  };
  return new Layer(baseOf(layer, state), parts, (parameter) => void layer.getValue(parameter));
}

function baseOf(result: Config | OurLayer, state: SpecsState): Base {
  const ruleID = result.getRuleID();
  return {
    name: result.name,
    ruleID,
    idType: idTypeOf(ruleID, result.getIDType()),
    details: detailsOf(result.getEvaluationDetails(), state),
    secondaryExposures: theirs(result.getSecondaryExposures()),
  };
}

/** Overrides have none there. */
function idTypeOf(ruleID: string, idType: string | null): string {
  return ruleID === 'override' ? '' : (idType ?? '');
}

/** With the name that their types have, and the one that events have. */
function theirs(
  exposures: readonly { gate: string; gateValue: string; ruleID: string }[],
): SecondaryExposure[] {
  return exposures.map((exposure) => ({ ...exposure, ruleId: exposure.ruleID }));
}

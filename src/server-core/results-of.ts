/** Our results as the newer SDK's. */
import type {
  DynamicConfig as Config,
  FeatureGate as Gate,
  Layer as OurLayer,
} from '../results/results';
import { detailsOf, type SpecsState } from './details';
import { DynamicConfig, Experiment, FeatureGate, Layer } from './results';
import type { SecondaryExposure } from './types';

export function gateOf(gate: Gate, state: SpecsState): FeatureGate {
  const { name, ruleID, idType, value, evaluationDetails } = gate;
  return new FeatureGate(name, {
    value,
    ruleID,
    idType: idTypeOf(ruleID, idType),
    details: detailsOf(evaluationDetails, state),
    secondaryExposures: theirs(evaluationDetails?.secondaryExposures ?? []),
  });
}

export function configOf(config: Config, state: SpecsState): DynamicConfig {
  return new DynamicConfig(config.name, { ...partsOf(config, state), value: config.value });
}

export function experimentOf(config: Config, state: SpecsState): Experiment {
  const isOverridden = config.getEvaluationDetails()?.reason === 'LocalOverride';
  return new Experiment(config.name, {
    ...partsOf(config, state),
    groupName: isOverridden ? null : config.getGroupName(),
    value: config.value,
  });
}

export function layerOf(layer: OurLayer, state: SpecsState): Layer {
  const { _value: value } = layer as unknown as { _value: Record<string, unknown> };
  const expose = (parameter: string): void => void layer.getValue(parameter);
  return new Layer(expose, layer.name, {
    ...partsOf(layer, state),
    groupName: layer.getGroupName(),
    allocatedExperimentName: layer.getAllocatedExperimentName(),
    value,
  });
}

function partsOf(result: Config | OurLayer, state: SpecsState): Record<string, unknown> {
  const ruleID = result.getRuleID();
  return {
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

/** What a check of this package says, through its public API. */
import type { Layer, StatsigServer } from '../src/index';

export type CheckKind = 'gate' | 'config' | 'experiment' | 'layer';

export interface Checked {
  value: unknown;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  /** Of layers. */
  allocated: string | null;
  /** Empty where nothing is told. */
  reason: string;
}

/** Layers have all their parameters read, by their names in order. */
export function checkOf(sdk: StatsigServer, user: unknown, kind: CheckKind, name: string): Checked {
  const whom = user as never;
  if (kind === 'gate') {
    const gate = sdk.getFeatureGate(whom, name);
    const { value, ruleID, groupName, idType } = gate;
    const reason = gate.evaluationDetails?.reason ?? '';
    return { value, ruleID, groupName, idType, allocated: null, reason };
  }
  if (kind === 'layer') return ofLayer(sdk.getLayer(whom, name));
  const config = kind === 'config' ? sdk.getConfig(whom, name) : sdk.getExperiment(whom, name);
  return { value: config.value, allocated: null, ...ofResult(config) };
}

function ofLayer(layer: Layer): Checked {
  // Not public: reading a parameter is what exposes.
  const { _value: value } = layer as unknown as { _value: object };
  for (const parameter of Object.keys(value).sort()) layer.get(parameter, null);
  return { value, allocated: layer.getAllocatedExperimentName(), ...ofResult(layer) };
}

type Result = Pick<Layer, 'getRuleID' | 'getGroupName' | 'getIDType' | 'getEvaluationDetails'>;

function ofResult(result: Result): Omit<Checked, 'value' | 'allocated'> {
  return {
    ruleID: result.getRuleID(),
    groupName: result.getGroupName(),
    idType: result.getIDType(),
    reason: result.getEvaluationDetails()?.reason ?? '',
  };
}

/** What tells the public evaluation methods from one another (BEHAVIOUR.md 1.4, 10). */
import { EXPERIMENT_KIND, EvalMode, type LookupKind } from '../engine/engine';
import type { DiagnosticsKey } from '../observability/diagnostics';

/** What tells one public method from another. */
export interface Call {
  /** Tag in exception reports, and caller in diagnostics. */
  caller: string;
  /** Key of the diagnostics markers; null = none. */
  marker: DiagnosticsKey | null;
  /** `EvalMode` bits. */
  mode: number;
  /** What the name is looked up as; as what it is, if nothing is said. */
  lookup?: LookupKind;
  /** Which of `evaluationCallbacks` fires for a config. */
  configCallback?: 'dynamicConfigCallback' | 'experimentCallback';
}

const MANUAL = EvalMode.Expose | EvalMode.Manual;

export const GATE: Call = { caller: 'checkGate', marker: 'check_gate', mode: EvalMode.Expose };
export const GATE_QUIET: Call = { ...GATE, mode: EvalMode.Quiet };
export const GATE_DISABLED: Call = {
  caller: 'getFeatureGateWithExposureLoggingDisabled',
  marker: null,
  mode: EvalMode.Quiet,
};
export const GATE_MANUAL: Call = { caller: 'logGateExposure', marker: null, mode: MANUAL };

export const CONFIG: Call = { caller: 'getConfig', marker: 'get_config', mode: EvalMode.Expose };
export const CONFIG_QUIET: Call = { ...CONFIG, mode: EvalMode.Quiet };
export const CONFIG_DISABLED: Call = {
  caller: 'getConfigWithExposureLoggingDisabled',
  marker: null,
  mode: EvalMode.Quiet,
};
export const CONFIG_MANUAL: Call = { caller: 'logConfigExposure', marker: null, mode: MANUAL };

export const EXPERIMENT: Call = {
  caller: 'getExperiment',
  marker: 'get_experiment',
  mode: EvalMode.Expose,
  lookup: EXPERIMENT_KIND,
  configCallback: 'experimentCallback',
};
export const EXPERIMENT_QUIET: Call = { ...EXPERIMENT, mode: EvalMode.Quiet };
/** The deprecated forms tell `dynamicConfigCallback`. */
export const EXPERIMENT_SYNC: Call = {
  caller: 'getExperiment',
  marker: 'get_experiment',
  mode: EvalMode.Expose,
  lookup: EXPERIMENT_KIND,
};
export const EXPERIMENT_DISABLED: Call = {
  caller: 'getExperimentWithExposureLoggingDisabled',
  marker: null,
  mode: EvalMode.Quiet,
  lookup: EXPERIMENT_KIND,
};
export const EXPERIMENT_MANUAL: Call = {
  caller: 'logExperimentExposure',
  marker: null,
  mode: MANUAL,
  lookup: EXPERIMENT_KIND,
};

export const LAYER: Call = { caller: 'getLayer', marker: 'get_layer', mode: EvalMode.Expose };
export const LAYER_QUIET: Call = { ...LAYER, mode: EvalMode.Quiet };
export const LAYER_DISABLED: Call = {
  caller: 'getLayerWithExposureLoggingDisabled',
  marker: null,
  mode: EvalMode.Quiet,
};
export const LAYER_MANUAL: Call = {
  caller: 'logLayerParameterExposure',
  marker: null,
  mode: MANUAL,
};

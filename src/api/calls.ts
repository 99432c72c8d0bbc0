/** What tells the public evaluation methods from one another (BEHAVIOUR.md 1.4, 10). */
import { EXPERIMENT_KIND, EvalMode, type LookupKind } from '../engine/engine';
import type { CheckKind } from '../observability/channels';
import type { DiagnosticsKey } from '../observability/diagnostics';

/** What tells one public method from another. */
export interface Call {
  /** Tag in exception reports, and caller in diagnostics. */
  caller: string;
  /** What is asked for. */
  kind: CheckKind;
  /** Key of the diagnostics markers; null = none. */
  marker: DiagnosticsKey | null;
  /** `EvalMode` bits. */
  mode: number;
  /** What the name is looked up as; as what it is, if nothing is said. */
  lookup?: LookupKind;
  /** Which of `evaluationCallbacks` fires for a config. */
  configCallback?: 'dynamicConfigCallback' | 'experimentCallback';
}

/**
 * Whether options ask for no exposures. Those that throw when they are read ask for nothing: a
 * check answers. Not by `read`, whose callers are many: V8 finds a field by its name here, at once.
 */
export function isQuiet(options: { disableExposureLogging?: boolean } | null | undefined): boolean {
  if (options === undefined || options === null) return false;
  try {
    return options.disableExposureLogging == true;
  } catch {
    return false;
  }
}

const MANUAL = EvalMode.Expose | EvalMode.Manual;

export const GATE: Call = {
  caller: 'checkGate',
  kind: 'gate',
  marker: 'check_gate',
  mode: EvalMode.Expose,
};
export const GATE_QUIET: Call = { ...GATE, mode: EvalMode.Quiet };
export const GATE_DISABLED: Call = {
  caller: 'getFeatureGateWithExposureLoggingDisabled',
  kind: 'gate',
  marker: null,
  mode: EvalMode.Quiet,
};
export const GATE_MANUAL: Call = {
  caller: 'logGateExposure',
  kind: 'gate',
  marker: null,
  mode: MANUAL,
};

export const CONFIG: Call = {
  caller: 'getConfig',
  kind: 'config',
  marker: 'get_config',
  mode: EvalMode.Expose,
};
export const CONFIG_QUIET: Call = { ...CONFIG, mode: EvalMode.Quiet };
export const CONFIG_DISABLED: Call = {
  caller: 'getConfigWithExposureLoggingDisabled',
  kind: 'config',
  marker: null,
  mode: EvalMode.Quiet,
};
export const CONFIG_MANUAL: Call = {
  caller: 'logConfigExposure',
  kind: 'config',
  marker: null,
  mode: MANUAL,
};

export const EXPERIMENT: Call = {
  caller: 'getExperiment',
  kind: 'experiment',
  marker: 'get_experiment',
  mode: EvalMode.Expose,
  lookup: EXPERIMENT_KIND,
  configCallback: 'experimentCallback',
};
export const EXPERIMENT_QUIET: Call = { ...EXPERIMENT, mode: EvalMode.Quiet };
/** The deprecated forms tell `dynamicConfigCallback`. */
export const EXPERIMENT_SYNC: Call = {
  caller: 'getExperiment',
  kind: 'experiment',
  marker: 'get_experiment',
  mode: EvalMode.Expose,
  lookup: EXPERIMENT_KIND,
};
export const EXPERIMENT_DISABLED: Call = {
  caller: 'getExperimentWithExposureLoggingDisabled',
  kind: 'experiment',
  marker: null,
  mode: EvalMode.Quiet,
  lookup: EXPERIMENT_KIND,
};
export const EXPERIMENT_MANUAL: Call = {
  caller: 'logExperimentExposure',
  kind: 'experiment',
  marker: null,
  mode: MANUAL,
  lookup: EXPERIMENT_KIND,
};

export const LAYER: Call = {
  caller: 'getLayer',
  kind: 'layer',
  marker: 'get_layer',
  mode: EvalMode.Expose,
};
export const LAYER_QUIET: Call = { ...LAYER, mode: EvalMode.Quiet };
export const LAYER_DISABLED: Call = {
  caller: 'getLayerWithExposureLoggingDisabled',
  kind: 'layer',
  marker: null,
  mode: EvalMode.Quiet,
};
export const LAYER_MANUAL: Call = {
  caller: 'logLayerParameterExposure',
  kind: 'layer',
  marker: null,
  mode: MANUAL,
};

/**
 * The newer SDK's names (`@statsig/statsig-node-core`) over this package's runtime:
 * docs/server-core.md.
 */
export { Statsig } from './statsig';
export { StatsigUser } from './user';
export { DynamicConfig, Experiment, FeatureGate, Layer } from './results';
export { ParameterStore } from './parameter-store';
export { GCIRResponseFormat, OverrideAdapterType } from './types';
export type {
  ExperimentGroup,
  ExperimentGroups as ExperimentGroupsResult,
} from '../api/lookups';
export type { ConsoleCaptureOptions, StatsigOptions } from './options';
export type { RawEvaluation, TypedGet, UnknownGet } from './results';
export type { StatsigUserArgs } from './user';
export type * from './types';

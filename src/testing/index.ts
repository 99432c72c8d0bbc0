/**
 * An instance for tests of applications: a project in a few lines, evaluated as in production, and
 * what was logged.
 */
export { createTestStatsig } from './create';
export type { TestConfig, TestExperiment, TestGate, TestLayer } from './specs';
export type { TestParameterStore } from './parameter-store';
export type { Json } from './rules';
export type { TestProject } from './project';
export type { RecordedEvent, RecordedExposure } from './recorded';
export type { DefineProject, TestOptions, TestStatsig } from './test-statsig';

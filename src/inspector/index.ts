/**
 * A page that shows an instance of an application, read-only: what a user gets and why, rules in
 * words, live events, changes, health.
 */
export { createInspector } from './create';
export type { InspectedStatsig, InspectorHandler } from './create';
export type { InspectorOptions } from './options';

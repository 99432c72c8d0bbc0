/** Exposures of dcs-v2, of either SDK, in the form in which they are compared. */
import type { SecondaryExposure } from '../src/engine/engine';
import type { WireEvent } from './case';

const FIELDS = [
  'gateValue',
  'ruleID',
  'configVersion',
  'parameterName',
  'isExplicitParameter',
  'allocatedExperiment',
  'overrideConfigName',
  'rulePassed',
];

export interface Line {
  /** gate, config, layer. */
  kind: string;
  name: string;
  /** What is exposed once a minute, to one user. */
  key: string;
  fields: Record<string, unknown>;
  /** Repeats reach the wire there; ours leaves them out. */
  secondary: string[];
}

export function lineOf({ eventName, metadata, secondaryExposures }: WireEvent): Line {
  const of = (metadata ?? {}) as Record<string, unknown>;
  const name = String(of['gate'] ?? of['config']);
  const fields = Object.fromEntries(FIELDS.map((field) => [field, of[field] ?? null]));
  const kind = eventName.replace(/^statsig::|_exposure$/g, '');
  const key = [kind, name, of['parameterName'] ?? '', of['ruleID']].join(' | ');
  return { kind, name, key, fields, secondary: textsOf(secondaryExposures ?? []) };
}

function textsOf(list: readonly SecondaryExposure[]): string[] {
  const texts = list.map(({ gate, gateValue, ruleID }) => `${gate}=${gateValue}/${ruleID}`);
  return [...new Set(texts)];
}

/** Which definitions differ between two payloads, of either format. */
import { textOf } from '../host/host';
import { djb2 } from './djb2';

/** Names of what was added, removed or changed. */
export interface ChangedNames {
  /** Gates, segments and holdouts. */
  gates: string[];
  /** Dynamic configs. */
  configs: string[];
  /** Experiments and autotunes. */
  experiments: string[];
  /** Layers. */
  layers: string[];
  /** Parameter stores. */
  parameterStores: string[];
}

type Kind = keyof ChangedNames;

/** Marks of definitions by kind and name: equal ones have equal definitions. */
export type Marks = Record<Kind, Map<string, string>>;

type Json = Record<string, unknown>;

const FIELDS = {
  feature_gates: 'gates',
  dynamic_configs: 'configs',
  layer_configs: 'layers',
  param_stores: 'parameterStores',
} as const;

/** Reads a payload whole: tens of ms for a large one. @throws SyntaxError for what is no JSON */
export function marksOf(payload: Uint8Array): Marks {
  const parsed = recordOf(JSON.parse(textOf(payload)));
  const conditions = recordOf(parsed['condition_map']);
  const marks = noMarks();
  for (const [field, kind] of Object.entries(FIELDS)) {
    for (const [name, spec] of specsOf(parsed[field])) {
      const entity = recordOf(spec)['entity'];
      const isExperiment = kind === 'configs' && (entity === 'experiment' || entity === 'autotune');
      marks[isExperiment ? 'experiments' : kind].set(name, markOf(spec, conditions));
    }
  }
  return marks;
}

/** What is in one of them only, or differs. */
export function changedNames(before: Marks, after: Marks): ChangedNames {
  const changed = (kind: Kind): string[] => {
    const names = new Set([...before[kind].keys(), ...after[kind].keys()]);
    return [...names].filter((name) => before[kind].get(name) !== after[kind].get(name)).sort();
  };
  return {
    gates: changed('gates'),
    configs: changed('configs'),
    experiments: changed('experiments'),
    layers: changed('layers'),
    parameterStores: changed('parameterStores'),
  };
}

export function noMarks(): Marks {
  return {
    gates: new Map(),
    configs: new Map(),
    experiments: new Map(),
    layers: new Map(),
    parameterStores: new Map(),
  };
}

/** A list of specs with names, or an object of them by name. */
function specsOf(field: unknown): [string, unknown][] {
  if (!Array.isArray(field)) return Object.entries(recordOf(field));
  return field.flatMap((spec: unknown): [string, unknown][] => {
    const { name } = recordOf(spec);
    return typeof name === 'string' ? [[name, spec]] : [];
  });
}

/** dcs-v2 keeps conditions apart: a spec changes with them. */
function markOf(spec: unknown, conditions: Json): string {
  const rules = recordOf(spec)['rules'];
  const ids = (Array.isArray(rules) ? rules : []).flatMap((rule: unknown): unknown => {
    const list = recordOf(rule)['conditions'];
    return Array.isArray(list) ? list : [];
  });
  const used = ids.filter((id) => typeof id === 'string').map((id) => conditions[id]);
  const text = JSON.stringify([spec, used]);
  return `${text.length} ${djb2(text)}`;
}

function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Payloads, read: specs of either format as their rules say. */
import { fieldsOf } from '../host/fields';

/** One condition, as payloads write it. */
export interface Condition {
  type?: unknown;
  operator?: unknown;
  targetValue?: unknown;
  field?: unknown;
  additionalValues?: unknown;
}

export interface Rule {
  id?: string;
  name?: string;
  groupName?: string | null;
  passPercentage?: number;
  returnValue?: unknown;
  conditions?: unknown;
  configDelegate?: string;
  /** It is an arm of an autotune; what was learned of it, if anything was. */
  arm?: { learned: unknown };
}

export interface Spec {
  name: string;
  kind: Kind;
  entity: string;
  enabled?: boolean;
  salt?: string;
  defaultValue?: unknown;
  rules: Rule[];
  /** A contextual autotune, which answers as an experiment only; its rules are its arms. */
  isContextual?: true;
  /** Length of its JSON, measured when somebody asks: a project's takes longer than reading it. */
  readonly size: number;
}

export type Kind = 'gate' | 'config' | 'layer';

/** A payload, read. */
export interface Project {
  text: string;
  /** When it was made, ms; 0 where it does not say. */
  time: number;
  specs: Spec[];
  /** Names of ID lists. */
  idLists: string[];
  /** Parameter stores by name: what the payload says of each parameter. */
  stores: Record<string, Record<string, unknown>>;
}

/** @throws Error when it is no payload */
export function parseProject(text: string, from: string): Project {
  let parsed: unknown;
  if (text.trim() === '') throw new Error(`${from} is empty`);
  try {
    // Editors and shells of Windows begin texts with a mark of their order of bytes.
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${from} is no JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  const payload = fieldsOf(parsed ?? {});
  if (typeof parsed !== 'object' || !('feature_gates' in payload))
    throw new Error(`${from} is no payload of config specs: it has no feature_gates`);
  const conditions = fieldsOf(payload['condition_map'] ?? {});
  const specs = (
    [
      ['feature_gates', 'gate'],
      ['dynamic_configs', 'config'],
      ['layer_configs', 'layer'],
    ] as const
  ).flatMap(([list, kind]) =>
    entriesOf(payload[list]).map((spec) => specOf(spec, kind, conditions)),
  );
  const known = new Set(specs.filter(({ kind }) => kind === 'config').map(({ name }) => name));
  specs.push(...autotunesOf(payload['cmab_configs']).filter(({ name }) => !known.has(name)));
  const idLists = Object.keys(payload['id_lists'] ?? {});
  const time = typeof payload['time'] === 'number' ? payload['time'] : 0;
  return { text, time, specs, idLists, stores: storesOf(payload['param_stores']) };
}

/** Contextual autotunes, which dcs-v2 has apart (docs/spec/NEWER.md 9). */
function autotunesOf(list: unknown): Spec[] {
  return Array.isArray(list)
    ? []
    : entriesOf(list).map(({ groups, config, ...rest }): Spec => {
        const rules = entriesOf(groups).map(({ id, name, parameterValues }): Rule => {
          const called = String(id);
          const arm = { learned: fieldsOf(config ?? {})[called] };
          const groupName = typeof name === 'string' ? name : null;
          return { id: called, groupName, returnValue: parameterValues, conditions: [], arm };
        });
        const name = String(rest['name']);
        return {
          ...rest,
          name,
          kind: 'config',
          entity: 'autotune',
          rules,
          isContextual: true,
          get size() {
            return JSON.stringify({ groups, config, ...rest }).length;
          },
        };
      });
}

function storesOf(stores: unknown): Project['stores'] {
  return Object.fromEntries(
    Object.entries(fieldsOf(stores ?? {})).map(([name, store]) => [
      name,
      { ...fieldsOf(fieldsOf(store ?? {})['parameters'] ?? {}) },
    ]),
  );
}

/** Lists are arrays in dcs-v1 and objects by name in dcs-v2. */
function entriesOf(list: unknown): Record<string, unknown>[] {
  if (typeof list !== 'object' || list === null) return [];
  const entries = Array.isArray(list)
    ? list
    : Object.entries(list).map(([name, spec]) => ({ name, ...(spec as object) }));
  return entries.filter(
    (entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null,
  );
}

function specOf(
  spec: Record<string, unknown>,
  kind: Kind,
  conditions: Record<string, unknown>,
): Spec {
  const rules = entriesOf(spec['rules']).map(
    (rule): Rule => ({
      ...rule,
      conditions: [rule['conditions'] ?? []]
        .flat()
        .map((one) => (typeof one === 'string' ? conditions[one] : one)),
    }),
  );
  const { name, entity, ...rest } = spec;
  return {
    ...rest,
    name: String(name),
    kind,
    entity: typeof entity === 'string' ? entity : kind,
    rules,
    get size() {
      return JSON.stringify(spec).length;
    },
  };
}

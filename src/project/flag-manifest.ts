/**
 * The manifest that OpenFeature's generator reads. Keys are those of the provider
 * (docs/openfeature.md): a name, or `name.parameter`.
 */
import { fieldsOf } from '../host/fields';
import type { Project, Spec } from './payload';

const SCHEMA =
  'https://raw.githubusercontent.com/open-feature/cli/main/schema/v0/flag-manifest.json';

/** A flag of the manifest. */
interface ManifestFlag {
  flagType: 'boolean' | 'string' | 'integer' | 'float' | 'object';
  defaultValue: unknown;
}

/** Gates, whole configs and experiments, and each parameter that has one type. */
export function manifestOf({ specs }: Project): object {
  const flags = specs
    .filter(({ entity }) => !['segment', 'holdout'].includes(entity))
    .flatMap((spec): [string, ManifestFlag][] =>
      spec.kind === 'gate'
        ? [[spec.name, { flagType: 'boolean', defaultValue: false }]]
        : entriesOf(spec),
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return { $schema: SCHEMA, flags: Object.fromEntries(flags) };
}

function entriesOf({ name, kind, defaultValue, rules }: Spec): [string, ManifestFlag][] {
  const value = isObject(defaultValue) ? defaultValue : {};
  const whole: [string, ManifestFlag][] =
    kind === 'config' ? [[name, { flagType: 'object', defaultValue: value }]] : [];
  const others = rules.map(({ returnValue }) => fieldsOf(returnValue ?? {}));
  const parameters = Object.entries(value).flatMap(([key, one]): [string, ManifestFlag][] => {
    const seen = [one, ...others.map((other) => other[key])].filter((each) => each !== undefined);
    const flagType = typeOf(seen);
    return flagType === null ? [] : [[`${name}.${key}`, { flagType, defaultValue: one }]];
  });
  return [...whole, ...parameters];
}

/** The one type of all these, or null. */
function typeOf(values: unknown[]): ManifestFlag['flagType'] | null {
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every(Number.isInteger)) return 'integer';
  if (values.every((value) => typeof value === 'number')) return 'float';
  return values.every(isObject) ? 'object' : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

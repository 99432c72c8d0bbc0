/** Types of a project's flags: what `codegen` writes (docs/typed-flags.md). */
import { fieldsOf } from '../host/fields';
import type { Project, Spec } from './payload';
import { keyText, Shape } from './shape';

/** By name, what the parameters may be. */
export type Shapes = Map<string, Shape>;

/** What a project offers by name, in the order of names. */
export interface ProjectFlags {
  gates: string[];
  configs: Shapes;
  experiments: Shapes;
  layers: Shapes;
  parameterStores: Shapes;
}

/** Without segments and holdouts, which applications do not ask for. */
export function flagsOf(project: Project): ProjectFlags {
  const ofKind = (kind: Spec['kind']): Spec[] =>
    project.specs.filter((spec) => spec.kind === kind).sort(byName);
  const configs = ofKind('config');
  const shapes = (specs: Spec[]): Shapes =>
    new Map(specs.map((spec) => [spec.name, Shape.of(valuesOf(spec, configs))]));
  return {
    gates: ofKind('gate')
      .filter(({ entity }) => !['segment', 'holdout'].includes(entity))
      .map(({ name }) => name),
    // Of an entity that says neither (an autotune is one) both calls are used.
    configs: shapes(
      configs.filter(({ entity, isContextual }) => entity !== 'experiment' && !isContextual),
    ),
    experiments: shapes(configs.filter(({ entity }) => entity !== 'dynamic_config')),
    layers: shapes(ofKind('layer')),
    parameterStores: new Map(
      Object.entries(project.stores)
        .map(([name, parameters]): [string, Shape] => [name, shapeOfStore(parameters)])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
}

const byName = (one: Spec, other: Spec): number => (one.name < other.name ? -1 : 1);

/** All values that a user may get; of a layer, those of its experiments, too. */
function valuesOf({ defaultValue, rules, kind }: Spec, configs: Spec[]): unknown[] {
  const delegates = kind === 'layer' ? rules.map(({ configDelegate }) => configDelegate) : [];
  return [
    defaultValue,
    ...rules.map(({ returnValue }) => returnValue),
    ...configs
      .filter(({ name }) => delegates.includes(name))
      .flatMap((experiment) => valuesOf(experiment, configs)),
  ].map((value) => (typeof value === 'object' && value !== null ? value : undefined));
}

/** Parameters are told by a type, and by values where they have any of their own. */
function shapeOfStore(parameters: Record<string, unknown>): Shape {
  const store = new Shape();
  const values = Object.entries(parameters).map(([name, parameter]): [string, unknown[]] => {
    const { value, pass_value: pass, fail_value: fail } = fieldsOf(parameter ?? {});
    return [name, [value, pass, fail].filter((one) => one !== undefined)];
  });
  store.add(Object.fromEntries(values.map(([name, [first]]) => [name, first])));
  for (const { key, shape } of store.members()) {
    for (const value of values.find(([name]) => name === key)?.[1] ?? []) shape.add(value);
    const type = fieldsOf(parameters[key] ?? {})['param_type'];
    if (typeof type === 'string') shape.addType(type);
  }
  return store;
}

/** What else stands in the file. */
export interface TypesOptions {
  /** The module that the application imports. */
  module: string;
  /** Names that are not there are mistakes. */
  isStrict: boolean;
  /** The command that writes it again. */
  command: string;
}

/** The declarations, ready to be written. */
export function typesText(flags: ProjectFlags, options: TypesOptions): string {
  const module = JSON.stringify(options.module);
  const gates = flags.gates.map((name) => `      ${keyText(name)}: boolean;\n`).join('');
  const parts = (['configs', 'experiments', 'layers', 'parameterStores'] as const).map((part) =>
    partText(part, membersText(flags[part])),
  );
  return [
    `// Generated: ${options.command.replace(/\s+/g, ' ')}\n`,
    `import ${module};\n\n`,
    `declare module ${module} {\n  interface FlagTypes {\n`,
    options.isStrict ? '    strict: true;\n' : '',
    partText('gates', gates),
    ...parts,
    '  }\n}\n',
  ].join('');
}

const partText = (part: string, members: string): string =>
  members === '' ? `    ${part}: object;\n` : `    ${part}: {\n${members}    };\n`;

const membersText = (shapes: Shapes): string =>
  [...shapes]
    .map(([name, shape]) => `      ${keyText(name)}: ${parametersText(shape)};\n`)
    .join('');

/** Parameters are an object's, whatever a payload says. */
function parametersText(shape: Shape): string {
  return shape.members().length === 0 ? 'Record<string, unknown>' : shape.text('      ');
}

/** The same for programs: types as texts. */
export function typesAsData({ gates, ...parts }: ProjectFlags): object {
  const data = (shapes: Shapes): object =>
    Object.fromEntries(
      [...shapes].map(([name, shape]) => [
        name,
        Object.fromEntries(shape.members().map(({ key, shape: one }) => [key, one.text()])),
      ]),
    );
  return {
    gates,
    ...Object.fromEntries(Object.entries(parts).map(([part, shapes]) => [part, data(shapes)])),
  };
}

import { readFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fieldsOf } from '../../host/fields';
import { manifestOf } from '../../project/flag-manifest';
import { flagsOf, typesAsData, typesText, type ProjectFlags } from '../../project/flag-types';
import type { Project } from '../../project/payload';
import { withServer } from '../../project/with-server';
import { counted } from '../../project/words';
import { EXIT, UsageError, type Command, type Given, type Output } from '../command';
import { writeTextFile } from '../files';
import { readProject } from '../project';
import { watchSource } from '../watch';

const PACKAGE = 'statsig-node-native';

export const codegen: Command = {
  summary: "types of a project's flags, for TypeScript and OpenFeature",
  usage: `--specs SOURCE [--to FILE] [--manifest FILE]
       [--strict] [--module NAME] [--watch] [--check] [--json]

  --specs SOURCE   payload: a file, - for standard input, or a URL of the
                   service, a proxy or a local server; the key is read from
                   STATSIG_SECRET_KEY
  --to FILE        the .d.ts to write; default: standard output
  --manifest FILE  also write the manifest that OpenFeature's generator reads
  --strict         names and parameters that are not there are errors for tsc
  --module NAME    what the application imports; default: statsig-node where its
                   package.json has this package under that name, else
                   statsig-node-native
  --watch          write again when the payload changes; asks URLs every 10 s
  --check          write nothing; exit with 1 when a file is not up to date
  --json           names and types on standard output, for programs

Parameters have the types of all values in the payload, as a union where they
differ.`,
  options: {
    specs: { type: 'string' },
    to: { type: 'string' },
    manifest: { type: 'string' },
    strict: { type: 'boolean' },
    module: { type: 'string' },
    watch: { type: 'boolean' },
    check: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(given, output) {
    const source = given.text('specs');
    const [to, manifest] = [given.text('to'), given.text('manifest')];
    if (source === undefined) throw new UsageError('--specs SOURCE is missing');
    if (given.has('check') && to === undefined && manifest === undefined)
      throw new UsageError('--check looks at the file of --to or --manifest');
    if (given.has('watch') && (to === undefined || source === '-'))
      throw new UsageError('--watch needs --to FILE, and a payload that can be read again');
    const isFresh = await generate(source, given, output);
    if (given.has('watch')) watch(source, given, output);
    return isFresh ? EXIT.ok : EXIT.found;
  },
};

/** False when `--check` found a file that is old. */
async function generate(source: string, given: Given, output: Output): Promise<boolean> {
  const project = await readProject(source);
  // Whatever is in it: types of what no SDK would take must not replace good ones.
  await withServer(project, () => undefined);
  const flags = flagsOf(project);
  const files = filesOf(project, flags, given);
  if (given.has('json')) output.line(JSON.stringify(typesAsData(flags), null, 2));
  const old: string[] = [];
  for (const [path, text] of files) {
    const isSame = (await readFile(path, 'utf8').catch(() => null)) === text;
    if (!isSame) old.push(path);
    if (!isSame && !given.has('check')) await writeTextFile(path, text);
  }
  if (given.has('check')) {
    for (const path of old) output.error(`${path} is not what the payload says`);
    return old.length === 0;
  }
  for (const path of old) output.error(`${path}: ${contents(flags)}`);
  if (files.size === 0 && !given.has('json')) output.line(textOf(flags, given).trimEnd());
  return true;
}

/** Path → text. */
function filesOf(project: Project, flags: ProjectFlags, given: Given): Map<string, string> {
  const [to, manifest] = [given.text('to'), given.text('manifest')];
  const files = new Map<string, string>();
  if (to !== undefined) files.set(to, textOf(flags, given));
  if (manifest !== undefined)
    files.set(manifest, `${JSON.stringify(manifestOf(project), null, 2)}\n`);
  return files;
}

function textOf(flags: ProjectFlags, given: Given): string {
  const to = given.text('to') ?? '.';
  const isStrict = given.has('strict');
  const command = [
    `${PACKAGE} codegen --specs ${given.text('specs')}`,
    ...(given.text('to') === undefined ? [] : [`--to ${to}`]),
    ...(isStrict ? ['--strict'] : []),
  ].join(' ');
  return typesText(flags, { module: given.text('module') ?? moduleFor(to), isStrict, command });
}

/** The name under which the nearest package.json has this package. */
function moduleFor(path: string): string {
  for (let at = resolve(path); at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (!existsSync(manifest)) continue;
    const all = fieldsOf(manifestAt(manifest) ?? {});
    const asked = {
      ...fieldsOf(all['devDependencies'] ?? {}),
      ...fieldsOf(all['dependencies'] ?? {}),
    };
    const found = Object.entries(asked).find(([, version]) => String(version).includes(PACKAGE));
    return found?.[0] ?? PACKAGE;
  }
  return PACKAGE;
}

/** Null where it cannot be read: the usual name is as good then. */
function manifestAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function contents({ gates, configs, experiments, layers, parameterStores }: ProjectFlags): string {
  return [
    counted(gates.length, 'gate'),
    counted(configs.size, 'config'),
    counted(experiments.size, 'experiment'),
    counted(layers.size, 'layer'),
    counted(parameterStores.size, 'parameter store'),
  ].join(', ');
}

function watch(source: string, given: Given, output: Output): void {
  output.error(`watching ${source}; Ctrl-C ends it`);
  watchSource(source, () => {
    generate(source, given, output).catch((error: unknown) =>
      output.error(error instanceof Error ? error.message : String(error)),
    );
  });
}

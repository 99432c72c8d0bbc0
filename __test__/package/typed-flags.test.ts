/**
 * Types that `codegen` writes, as an editor and tsc see them: names complete, unknown ones are
 * refused, parameters have types. scripts/check/types.mjs does the same with the packed package on
 * old and new TypeScript.
 */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { flagsOf, typesText } from '../../src/project/flag-types';
import { parseProject } from '../../src/project/payload';

const root = join(__dirname, '../..');
const app = join(root, '__test__/package/app');
const here = (name: string): string => readFileSync(join(__dirname, 'types', name), 'utf8');
const flags = flagsOf(parseProject(here('payload.json'), 'payload.json'));

/** An application's files, in an editor; `isStrict` null: without generated types. */
function editor(text: string, isStrict: boolean | null): ts.LanguageService {
  const files = new Map([[join(app, 'app.ts'), text]]);
  const options = { module: 'statsig-node', isStrict: isStrict === true, command: 'codegen' };
  if (isStrict !== null) files.set(join(app, 'flags.d.ts'), typesText(flags, options));
  const inPackage = (name: string): string =>
    name.replace(join(app, 'node_modules/statsig-node'), root);
  const read = (name: string): string | undefined => {
    const path = inPackage(name);
    return files.get(name) ?? (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  };
  return ts.createLanguageService({
    getCompilationSettings: () => ({
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      exactOptionalPropertyTypes: true,
      types: [],
    }),
    getScriptFileNames: () => [...files.keys()],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const found = read(name);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => app,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => files.has(name) || existsSync(inPackage(name)),
    readFile: read,
    directoryExists: (name) => name === join(app, 'node_modules') || existsSync(inPackage(name)),
    realpath: (name) => name,
  });
}

const errorsOf = (service: ts.LanguageService): string[] =>
  service
    .getSemanticDiagnostics(join(app, 'app.ts'))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));

const head = "import Statsig, { checkGate } from 'statsig-node';\nconst user = { userID: 'u' };\n";

test('names, parameters and refusals of an application', (t) => {
  t.deepEqual(errorsOf(editor(here('typed-flags.ts'), true)), []);
});

test('an editor completes names and parameters, strict or not', (t) => {
  const wanted = {
    "checkGate(user, '": ['dark mode', 'new_checkout'],
    "Statsig.checkGate(user, '": ['dark mode', 'new_checkout'],
    "Statsig.getConfig(user, '": ['limits', 'winner'],
    "Statsig.getExperiment(user, '": ['button', 'winner'],
    "Statsig.getConfig(user, 'limits').get('": ['burst', 'extra', 'hosts', 'label', 'perMinute'],
    "Statsig.getLayer(user, 'search').get('": ['colour', 'ranking', 'size'],
    "Statsig.getParameterStore(user, 'texts').get('": ['isOn', 'list', 'title'],
    "Statsig.forUser(user).checkGate('": ['dark mode', 'new_checkout'],
  };
  const lines = Object.keys(wanted).map((line) => `${line}');\n`);
  for (const isStrict of [true, false]) {
    const text = head + lines.join('');
    const service = editor(text, isStrict);
    for (const [line, names] of Object.entries(wanted)) {
      const at = text.indexOf(`\n${line}');`) + 1 + line.length;
      const found = service.getCompletionsAtPosition(join(app, 'app.ts'), at, {});
      const offered = (found?.entries ?? []).map(({ name }) => name).sort();
      // What stands there is offered, too, where any text may.
      t.deepEqual(
        offered.filter((name) => name !== ''),
        names,
        line,
      );
    }
  }
});

test('without strictness unknown names are fine; without types all is as it was', (t) => {
  const text = `${head}
    checkGate(user, 'unknown');
    const text: string = Statsig.getConfig(user, 'unknown').get('x', 'y');
    const other: string = Statsig.getConfig(user, 'limits').get('unknown', 'y');
    void [text, other];`;
  t.deepEqual(errorsOf(editor(text, false)), []);
  t.deepEqual(errorsOf(editor(text, null)), []);
  t.regex(errorsOf(editor(text, true))[0]!, /not assignable to parameter of type/);
});

test('options may be undefined, as an environment gives them', (t) => {
  const text =
    'declare const given: { api?: string; tier: string | undefined };\n' +
    `import Statsig, { StatsigServer, type StatsigOptions } from 'statsig-node';
const options: StatsigOptions = { api: given.api, sdkType: given.tier, bootstrapValues: given.tier };
void Statsig.initialize('secret-key', options);
void new StatsigServer('secret-key', { dataAdapter: undefined, logger: undefined, ...options });`;
  t.deepEqual(errorsOf(editor(text, null)), []);
});

test('fields of users may be undefined, as a request gives them', (t) => {
  const text =
    'declare const ip: string | undefined;\n' +
    `import Statsig, { type StatsigUser } from 'statsig-node';
const user: StatsigUser = { userID: 'u', ip, email: ip, country: ip, custom: { ip } };
Statsig.checkGate({ customIDs: { a: 'b' }, userID: ip, userAgent: ip }, 'g');
Statsig.checkGate(user, 'g');`;
  t.deepEqual(errorsOf(editor(text, null)), []);
});

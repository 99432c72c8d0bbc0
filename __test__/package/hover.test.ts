/**
 * What an editor shows on hovering: every export, option and field has words, in each way of
 * importing the package.
 */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as sdk from '../../src/index';

const root = join(__dirname, '../..');
const NAMES = Object.keys(sdk.Statsig).filter((name) => name !== '_enforceServer');

/** Imports that applications write; each gives the text before a name. */
const FORMS: Record<string, { file: string; head: string; before: string }> = {
  named: {
    file: 'named.mts',
    head: `import { ${NAMES.join(', ')} } from 'statsig-node';\n`,
    before: '',
  },
  namespace: {
    file: 'namespace.mts',
    head: "import * as Statsig from 'statsig-node';\n",
    before: 'Statsig.',
  },
  'default from ESM': {
    file: 'default.mts',
    head: "import Statsig from 'statsig-node';\n",
    before: 'Statsig.',
  },
  CommonJS: {
    file: 'common.cts',
    head: "import Statsig = require('statsig-node');\n",
    before: 'Statsig.',
  },
};

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  types: [],
};

/** A language service over one file of an application that has the package under its old name. */
function editor(file: string, text: string): { service: ts.LanguageService; path: string } {
  const app = join(root, '__test__/package/app');
  const path = join(app, file);
  const inPackage = (name: string): string =>
    name.replace(join(app, 'node_modules/statsig-node'), root);
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [path],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const found = name === path ? text : read(inPackage(name));
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => app,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === path || existsSync(inPackage(name)),
    readFile: (name) => (name === path ? text : read(inPackage(name))),
    directoryExists: (name) => name === join(app, 'node_modules') || existsSync(inPackage(name)),
    realpath: (name) => name,
  };
  return { service: ts.createLanguageService(host), path };
}

const read = (name: string): string | undefined =>
  existsSync(name) ? readFileSync(name, 'utf8') : undefined;

/** The words at a place. */
function wordsAt(
  { service, path }: ReturnType<typeof editor>,
  position: number,
): { words: string; tags: string[] } {
  const info = service.getQuickInfoAtPosition(path, position);
  return {
    words: ts.displayPartsToString(info?.documentation),
    tags: (info?.tags ?? []).map(({ name }) => name),
  };
}

for (const [form, { file, head, before }] of Object.entries(FORMS)) {
  test(`${form}: each member of the package has words`, (t) => {
    const text = head + NAMES.map((name) => `${before}${name};\n`).join('');
    const opened = editor(file, text);
    t.deepEqual(
      opened.service.getSemanticDiagnostics(opened.path).map(({ messageText }) => messageText),
      [],
    );
    const silent = NAMES.filter(
      (name) =>
        wordsAt(opened, text.indexOf(`\n${before}${name};`) + 1 + before.length).words.length < 15,
    );
    t.deepEqual(silent, []);
    const old = NAMES.filter((name) =>
      wordsAt(opened, text.indexOf(`\n${before}${name};`) + 1 + before.length).tags.includes(
        'deprecated',
      ),
    );
    t.deepEqual(
      old.sort(),
      NAMES.filter((name) => /Sync$|WithExposureLoggingDisabled/.test(name)).sort(),
    );
  });
}

test('each member of an exported type has words', (t) => {
  const types = [
    'StatsigOptions',
    'StatsigUser',
    'FeatureGate',
    'DynamicConfig',
    'Layer',
    'EvaluationDetails',
    'InitializationDetails',
    'StatsigServer',
    'UserScope',
    'Health',
    'DeliveryReport',
    'DeliveryCounters',
    'DroppedByReason',
    'DroppedEvents',
    'EngineInfo',
    'EngineStats',
    'FlushOptions',
    'HttpOptions',
    'FlushAfterOptions',
    'SyncHealth',
    'LoggedEvent',
    'LogEventObject',
    'CheckGateOptions',
    'GetExperimentOptions',
    'PersistentAssignmentOptions',
    'ClientInitializeResponseOptions',
    'IDataAdapter',
    'AdapterResponse',
    'IUserPersistentStorage',
    'EvaluationCallbacks',
    'LoggerInterface',
    'StatsigEnvironment',
    'SecondaryExposure',
  ];
  const text = `import type { ${types.join(', ')} } from 'statsig-node';\n${types.map((name) => `declare const a${name}: Required<${name}>;\n`).join('')}`;
  const { service, path } = editor('types.mts', text);
  const program = service.getProgram()!;
  const checker = program.getTypeChecker();
  t.deepEqual(
    service.getSemanticDiagnostics(path).map(({ messageText }) => messageText),
    [],
  );
  const silent: string[] = [];
  ts.forEachChild(program.getSourceFile(path)!, (node) => {
    if (!ts.isVariableStatement(node)) return;
    const { name } = node.declarationList.declarations[0]!;
    for (const property of checker.getTypeAtLocation(name).getProperties()) {
      if (property.getJsDocTags(checker).some(({ name: tag }) => tag === 'internal')) continue;
      const words =
        ts.displayPartsToString(property.getDocumentationComment(checker)) +
        property
          .getJsDocTags(checker)
          .map(({ text: tag }) => ts.displayPartsToString(tag))
          .join('');
      if (words.length < 10) silent.push(`${name.getText().slice(1)}.${property.getName()}`);
    }
  });
  t.deepEqual(silent, []);
});

/** Words of a declaration: its own, or its tags'. */
function wordsOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const tags = symbol.getJsDocTags(checker);
  return (
    ts.displayPartsToString(symbol.getDocumentationComment(checker)) +
    tags.map(({ text }) => ts.displayPartsToString(text)).join('')
  );
}

/** What of a module and of its classes, types and enums an application may write. */
function reachable(module: ts.Symbol, checker: ts.TypeChecker): [string, ts.Symbol][] {
  const isOwn = (symbol: ts.Symbol): boolean =>
    symbol.declarations?.some(
      (one) =>
        one.getSourceFile().fileName.includes('/dist/') &&
        !(
          ts.getCombinedModifierFlags(one) &
          (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
        ),
    ) === true && !symbol.getJsDocTags(checker).some(({ name }) => name === 'internal');
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const of =
      exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declared = checker.getDeclaredTypeOfSymbol(of).getProperties();
    const statics = [...(of.exports?.values() ?? [])];
    const isNamed = ({ name }: ts.Symbol): boolean => !name.includes('#');
    const members = [...declared, ...statics].filter((one) => isNamed(one) && isOwn(one));
    return [
      [exported.name, of] as [string, ts.Symbol],
      ...members.map((one) => [`${exported.name}.${one.name}`, one] as [string, ts.Symbol]),
    ];
  });
}

for (const [entry, least] of [
  ['server-core', 300],
  ['edge', 150],
] as const) {
  test(`${entry}: each export and each of its members has words`, (t) => {
    const { service, path } = editor(
      'entry.mts',
      `import * as sdk from 'statsig-node/${entry}';\n`,
    );
    const program = service.getProgram()!;
    const checker = program.getTypeChecker();
    const [statement] = program.getSourceFile(path)!.statements as unknown as [
      ts.ImportDeclaration,
    ];
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier)!;
    const found = reachable(module, checker);
    t.true(found.length > least, `${found.length} names`);
    t.deepEqual(
      found.filter(([, one]) => wordsOf(one, checker).length < 10).map(([name]) => name),
      [],
    );
  });
}

/** What an editor shows of each entry point: every export and every member of its types has words. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { Editor, SETUPS } from './editor';

const root = join(__dirname, '../..');

/** Entry points that have types, as applications name them; hover.test.ts looks at two others. */
function entryPoints(): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  return Object.keys(exports)
    .filter((entry) => JSON.stringify(exports[entry]).includes('"types"'))
    .filter((entry) => !/\.js$|^\.\/(edge|server-core)$/.test(entry))
    .map((entry) => `statsig-node${entry.slice(1)}`);
}

/** The words above a declaration or in its tags. */
const wordsOf = (checker: ts.TypeChecker, symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)) +
  symbol
    .getJsDocTags(checker)
    .map(({ text }) => ts.displayPartsToString(text))
    .join('');

/** Whether neither it nor what it stands for has words. */
const isSilent = (checker: ts.TypeChecker, symbol: ts.Symbol): boolean =>
  wordsOf(checker, symbol).length < 5 &&
  (!(symbol.flags & ts.SymbolFlags.Alias) ||
    wordsOf(checker, checker.getAliasedSymbol(symbol)).length < 5);

/** Members of a type that this package declares, and those of a class's instances. */
function membersOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol[] {
  const type = symbol.flags & (ts.SymbolFlags.Type | ts.SymbolFlags.TypeAlias);
  const value = symbol.flags & ts.SymbolFlags.Value;
  const members = [
    ...(type ? shapesOf(checker.getDeclaredTypeOfSymbol(symbol)) : []),
    ...(value ? [checker.getTypeOfSymbol(symbol)] : []),
  ].flatMap((of) => checker.getPropertiesOfType(of));
  const isOurs = (member: ts.Symbol): boolean =>
    (member.declarations ?? []).some((declaration) =>
      declaration.getSourceFile().fileName.includes('/node_modules/statsig-node/dist/'),
    );
  const isShown = (member: ts.Symbol): boolean =>
    !member.name.includes('#') &&
    !member.getJsDocTags(checker).some(({ name }) => name === 'internal') &&
    !(member.declarations ?? []).some(
      (declaration) =>
        ts.getCombinedModifierFlags(declaration) &
        (ts.ModifierFlags.Private | ts.ModifierFlags.Protected),
    );
  return members.filter((member) => isOurs(member) && isShown(member));
}

/** The object types of a union. */
const shapesOf = (type: ts.Type): ts.Type[] =>
  (type.isUnion() ? type.types : [type]).filter(({ flags }) => flags & ts.TypeFlags.Object);

const fileOf = (entry: string): string => `${entry.replace(/\W/g, '-')}.ts`;
const editor = new Editor(
  SETUPS.bundler,
  Object.fromEntries(
    entryPoints().map((entry) => [fileOf(entry), `import * as all from '${entry}';\n`]),
  ),
);

for (const entry of entryPoints()) {
  test(`${entry}: each export and each member of its types has words`, (t) => {
    t.deepEqual(editor.problems(fileOf(entry)), []);
    const { checker, source } = editor.read(fileOf(entry));
    const [{ importClause }] = source.statements as unknown as [ts.ImportDeclaration];
    const name = (importClause!.namedBindings as ts.NamespaceImport).name;
    const module = checker.getAliasedSymbol(checker.getSymbolAtLocation(name)!);
    const silent: string[] = [];
    const names = checker.getExportsOfModule(module);
    for (const listed of names) {
      const symbol =
        listed.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(listed) : listed;
      if (isSilent(checker, listed) && isSilent(checker, symbol)) silent.push(listed.name);
      for (const member of membersOf(checker, symbol))
        if (isSilent(checker, member)) silent.push(`${listed.name}.${member.name}`);
    }
    t.deepEqual(silent, []);
    t.true(names.length > 0);
  });
}

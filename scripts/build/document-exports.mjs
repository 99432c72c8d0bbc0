// Writes the functions that the entries export as the members of `Statsig` that they are, with their
// words. tsc writes out their types, bare of words, so that editors would show nothing, and with the
// names of flags as they are without generated types (docs/typed-flags.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../lib/stamp.mjs';

/** Declarations of entries whose constants are members of `Statsig`. */
const ENTRIES = ['dist/index.d.ts', 'dist/index.edge.d.ts'];

/** Writes into the declarations. */
export function documentExports() {
  const program = ts.createProgram(
    ENTRIES.map((entry) => join(root, entry)),
    { types: [] },
  );
  for (const entry of ENTRIES) {
    const source = program.getSourceFile(join(root, entry));
    const members = membersOf(program.getTypeChecker(), source);
    const text = readFileSync(join(root, entry), 'utf8');
    writeFileSync(join(root, entry), rewritten(text, source, members));
  }
}

/** From the end, so that places before stay where they are. */
function rewritten(text, source, members) {
  return source.statements
    .filter((statement) => ts.isVariableStatement(statement))
    .map((statement) => ({
      from: statement.getStart(source),
      to: statement.end,
      names: statement.declarationList.declarations.map(({ name }) => name.getText(source)),
    }))
    .filter(({ names }) => names.every((name) => members.has(name)))
    .reverse()
    .reduce((rest, { from, to, names }) => {
      const lines = names.map(
        (name) => `${members.get(name)}export declare const ${name}: typeof Statsig.${name};`,
      );
      return `${rest.slice(0, from)}${lines.join('\n')}${rest.slice(to)}`;
    }, text);
}

/** Comments by name of the member of `Statsig`. */
function membersOf(checker, source) {
  const statsig = checker.getSymbolAtLocation(source).exports.get('Statsig');
  const properties = checker.getTypeOfSymbolAtLocation(statsig, source).getProperties();
  return new Map(properties.map((property) => [property.getName(), commentOf(property)]));
}

/** The comment above a member's declaration, as it stands there. */
function commentOf(property) {
  const [comment] =
    property.declarations?.flatMap((declaration) => ts.getJSDocCommentsAndTags(declaration)) ?? [];
  if (comment === undefined || !ts.isJSDoc(comment)) return '';
  return `${comment.getText().replace(/^ +\*/gm, ' *')}\n`;
}

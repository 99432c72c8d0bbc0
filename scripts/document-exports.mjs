// Gives the functions that the entry exports the words of the methods that they are. In the
// declarations that tsc writes, `export const checkGate = Statsig.checkGate` is a bare function
// type, and editors show nothing for it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './stamp.mjs';

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
    writeFileSync(
      join(root, entry),
      text.replace(
        /^export declare const (\w+):/gm,
        (line, name) => `${members.get(name) ?? ''}${line}`,
      ),
    );
  }
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

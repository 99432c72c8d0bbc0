/** TypeScript's language service, as an editor of an application that has the package installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const app = join(__dirname, 'app');

/** How an application may be set up: each resolves the package in a way of its own. */
export const SETUPS = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  commonjs: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
} satisfies Record<string, ts.CompilerOptions>;

/** The files of an application, open in an editor. */
export class Editor {
  private readonly service: ts.LanguageService;
  private readonly files: Map<string, string>;

  /** @param files name → text */
  constructor(setup: ts.CompilerOptions, files: Record<string, string>) {
    this.files = new Map(Object.entries(files).map(([name, text]) => [join(app, name), text]));
    this.service = ts.createLanguageService(
      hostOf(this.files, {
        ...setup,
        target: ts.ScriptTarget.ES2022,
        strict: true,
        esModuleInterop: true,
        allowJs: true,
        checkJs: true,
        types: [],
      }),
    );
  }

  /** What is wrong with a file. */
  problems(file: string): string[] {
    return this.service
      .getSemanticDiagnostics(join(app, file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }

  /** What hovering shows at a place of a file. */
  hover(file: string, position: number): { words: string; tags: string[] } {
    const info = this.service.getQuickInfoAtPosition(join(app, file), position);
    return {
      words: ts.displayPartsToString(info?.documentation),
      tags: (info?.tags ?? []).map(({ name }) => name),
    };
  }

  /** What is offered at a place of a file. */
  offered(file: string, position: number): string[] {
    const found = this.service.getCompletionsAtPosition(join(app, file), position, {});
    return (found?.entries ?? []).map(({ name }) => name);
  }

  /** The checker, and a file as it sees it. */
  read(file: string): { checker: ts.TypeChecker; source: ts.SourceFile } {
    const program = this.service.getProgram()!;
    return { checker: program.getTypeChecker(), source: program.getSourceFile(join(app, file))! };
  }
}

/** `node_modules` of the application holds this repository under the package's old name. */
function hostOf(
  files: ReadonlyMap<string, string>,
  settings: ts.CompilerOptions,
): ts.LanguageServiceHost {
  const installed = (name: string): string =>
    name.replace(join(app, 'node_modules/statsig-node'), root);
  const read = (name: string): string | undefined =>
    files.get(name) ??
    (existsSync(installed(name)) ? readFileSync(installed(name), 'utf8') : undefined);
  return {
    getCompilationSettings: () => settings,
    // Nothing changes: not looked at anew with each question.
    getProjectVersion: () => '1',
    getScriptFileNames: () => [...files.keys()],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = read(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => app,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => files.has(name) || existsSync(installed(name)),
    readFile: read,
    directoryExists: (name) =>
      name === app || name === join(app, 'node_modules') || existsSync(installed(name)),
    realpath: (name) => name,
  };
}

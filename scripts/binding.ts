import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** The generated TypeScript of one binding folder, by name of what it declares. */
export interface Binding {
  readonly classes: ReadonlyMap<string, ts.ClassDeclaration>;
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>;
  readonly interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>;
}

/** Reads `@cdktf/provider-<provider>/lib/<folder>` from the source maps that its compiled files carry. */
export function readBinding(provider: string, folder: string): Binding {
  const directory = join(import.meta.dirname, `../node_modules/@cdktf/provider-${provider}/lib`, folder);
  const structs = join(directory, "index-structs");
  const files = [
    join(directory, "index.js"),
    ...(existsSync(structs)
      ? readdirSync(structs)
          .filter((file) => /^structs\d+\.js$/.test(file))
          .map((file) => join(structs, file))
      : []),
  ];
  const classes = new Map<string, ts.ClassDeclaration>();
  const functions = new Map<string, ts.FunctionDeclaration>();
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  for (const file of files) {
    const source = ts.createSourceFile(file, originalSource(file), ts.ScriptTarget.ES2022, true);
    for (const statement of source.statements) {
      if (ts.isClassDeclaration(statement)) classes.set(statement.name!.text, statement);
      else if (ts.isFunctionDeclaration(statement)) functions.set(statement.name!.text, statement);
      else if (ts.isInterfaceDeclaration(statement)) interfaces.set(statement.name.text, statement);
    }
  }
  return { classes, functions, interfaces };
}

function originalSource(file: string): string {
  const map = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(
    readFileSync(file, "utf8"),
  );
  if (map === null) throw new Error(`${file} carries no source map: its package was built differently`);
  const { sourcesContent } = JSON.parse(Buffer.from(map[1]!, "base64").toString("utf8")) as {
    sourcesContent: string[];
  };
  return sourcesContent[0]!;
}

const WORD = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/g;
const QUOTED = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g;

/** The words of a command line, its quotes read as a shell would; nothing else of a shell is known. */
export function commandWords(command: string): readonly string[] {
  return (command.match(WORD) ?? []).map((word) =>
    word.replaceAll(
      QUOTED,
      (_all, single?: string, double?: string, one?: string) =>
        single ?? double?.replaceAll(/\\(.)/g, "$1") ?? one ?? "",
    ),
  );
}

import { CHILD_KINDS, VARIABLE_RULES } from "../../harness/model/environment/shell-variables.ts";
import { selectEnvironment } from "../../harness/nights/child-command.ts";
import { markdownTable } from "./generated-pages.ts";
import { visibleCommands } from "./program.ts";

/** Commands that a night starts. */
export const STARTED_BY_NIGHTS = [
  "refbench run",
  "refbench preflight",
  "refbench sweep",
  "refbench teardown",
  "refbench results import",
  "refbench results publish",
  "refbench results table",
] as const;

/** Variables without a flag that those commands read. */
export const READ_WITHOUT_FLAG = [
  "REFBENCH_LICENCE",
  "REFBENCH_MANUAL_DIR",
  "REFBENCH_POSTGRES_URL",
] as const;

/** Which programs get which of the shell's variables, and why. */
export function shellVariables(): string {
  const rows = VARIABLE_RULES.map(({ shown, to, why }) => [
    shown,
    to.length === CHILD_KINDS.length ? "all" : to.join(", ") || "nobody",
    why,
  ]);
  const rest = ["any other", "nobody", "an unknown variable may control anything"];
  return markdownTable(["variable of the shell", "reaches", "why"], [...rows, rest]);
}

/** The table of variables that refbench sets or reads in a night. */
export async function nightVariables(): Promise<string> {
  const byPath = new Map((await flags()).map(({ path, names }) => [path, names]));
  const own = byPath.get("refbench nightly") ?? [];
  const read = [
    ...new Set([...STARTED_BY_NIGHTS.flatMap((path) => byPath.get(path) ?? []), ...READ_WITHOUT_FLAG]),
  ];
  const isHandedOn = (name: string): boolean => name in selectEnvironment({ [name]: "x" });
  const shown = (names: readonly string[]): string =>
    names.map((name) => `\`${name.replace("REFBENCH_", "")}\``).join(", ");
  return markdownTable(
    ["variables of the shell (`REFBENCH_…`)", "in a night"],
    [
      [shown(own), "are its own flags; the night passes to each command what it needs, as flags"],
      [shown(read.filter(isHandedOn)), "reach its runs, preflights, sweeps and teardowns"],
      [
        `${shown(read.filter((name) => !isHandedOn(name) && !own.includes(name)))}, and any other`,
        "are kept out",
      ],
    ],
  );
}

/** Each variable that sets a flag, with the flag and the commands that have it. */
export async function flagVariables(): Promise<string> {
  const uses = new Map<string, { flags: Set<string>; commands: string[] }>();
  for (const { path, command } of await visibleCommands())
    for (const { envVar, long } of command.options) {
      if (envVar === undefined) continue;
      const use = uses.get(envVar) ?? { flags: new Set(), commands: [] };
      use.flags.add(`\`${long}\``);
      use.commands.push(path.replace("refbench ", ""));
      uses.set(envVar, use);
    }
  return markdownTable(
    ["variable", "flag", "commands"],
    [...uses]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { flags, commands }]) => [`\`${name}\``, [...flags].join(", "), commands.join(", ")]),
  );
}

async function flags(): Promise<readonly { readonly path: string; readonly names: readonly string[] }[]> {
  return (await visibleCommands()).map(({ path, command }) => ({
    path,
    names: command.options.flatMap(({ envVar }) => envVar ?? []),
  }));
}

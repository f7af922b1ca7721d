import type { Command } from "commander";
import { programOf } from "../../harness/cli/main.ts";

/** A command with its full name, such as "refbench results list". */
export interface DocumentedCommand {
  readonly path: string;
  readonly command: Command;
}

/** Every visible command of refbench with its flags, depth first. `USER` decides a default, and is the same everywhere. */
export async function visibleCommands(): Promise<readonly DocumentedCommand[]> {
  const io = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: { USER: "you" },
    cwd: "/",
    exit: () => undefined,
  };
  return [...below({ path: "refbench", command: await programOf(io, "0.0.0") })];
}

function* below(named: DocumentedCommand): Generator<DocumentedCommand> {
  yield named;
  for (const command of named.command.createHelp().visibleCommands(named.command))
    if (command.name() !== "help") yield* below({ path: `${named.path} ${command.name()}`, command });
}

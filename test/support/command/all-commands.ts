import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { programOf } from "../../../harness/cli/main.ts";
import type { Io } from "../../../harness/composition/settings/io.ts";

/** The whole program, every command loaded, with its output discarded. */
export function loadProgram(io: Partial<Io> = {}): Promise<Command> {
  const sink = new PassThrough().resume();
  return programOf({ stdout: sink, stderr: sink, env: {}, cwd: "/", exit: () => undefined, ...io }, "0.0.0");
}

/** Every command below this one, with its words. */
export function commandsBelow(
  command: Command,
  path = "",
): readonly { readonly path: string; readonly command: Command }[] {
  return command.commands.flatMap((child) => {
    const own = `${path} ${child.name()}`.trim();
    return [{ path: own, command: child }, ...commandsBelow(child, own)];
  });
}

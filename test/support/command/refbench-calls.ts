import { join } from "node:path";
import type { Command } from "commander";
import { programOf } from "../../../harness/cli/main.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** The arguments of each call of refbench in a text of shell, systemd or a page. */
export function callsIn(text: string): readonly (readonly string[])[] {
  const joined = text.replaceAll(/\\\n\s*/g, " ");
  return [...joined.matchAll(/(?:npx refbench|bin\/refbench\.js) ([^\n#|`]+)/g)].map(([, rest = ""]) =>
    rest.trim().split(/\s+/),
  );
}

const io = { stdout: process.stdout, stderr: process.stderr, env: {}, cwd: ROOT, exit: () => undefined };

const program = await programOf(io, "0.0.0");

/** Returns the commands and flags of a call that refbench does not know. After `--` they are another program's. */
export function unknownIn(call: readonly string[]): readonly string[] {
  let command: Command = program;
  const unknown: string[] = [];
  const end = call.indexOf("--");
  for (const word of end < 0 ? call : call.slice(0, end)) {
    const name = word.split("=", 1)[0];
    const sub = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (sub !== undefined) command = sub;
    else if (command.commands.length > 0 && !word.startsWith("-")) unknown.push(word);
    else if (word.startsWith("--") && !command.options.some(({ long }) => long === name)) unknown.push(word);
  }
  return unknown;
}

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { completionScript, SHELLS } from "../../../harness/cli/completion-script.ts";
import { commandsBelow, loadProgram } from "../../support/command/all-commands.ts";

const program = await loadProgram();

/** What bash offers after these words, the last of which is being typed. */
function completed(...words: readonly string[]): readonly string[] {
  const script = `${completionScript(program, "bash")}
COMP_WORDS=(refbench "$@"); COMP_CWORD=$#; _refbench; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" });
  return text.split("\n").filter((line) => line !== "");
}

test.each([
  [["tear"], ["teardown"]],
  [["results", "co"], ["compare"]],
  [["results", "list", "--arch"], ["--architecture"]],
  [["run", "gke", "--rehearse", "--faul"], ["--faults"]],
  [
    ["results", "list", "--output", ""],
    ["text", "json"],
  ],
  [["stage", "boot"], ["bootstrap"]],
  [["completion", "z"], ["zsh"]],
])("bash completes %j", (words, expected) => {
  expect(completed(...words)).toEqual(expected);
});

test("commands that users do not type are not offered", () => {
  expect(completed("reap")).toEqual([]);
});

test.each(SHELLS)("the script for %s knows every command and flag that the help shows", (shell) => {
  const script = completionScript(program, shell);
  for (const { command } of commandsBelow(program).filter(({ path }) => path !== "reaper")) {
    expect(script).toContain(command.name());
    for (const { long, hidden } of command.options)
      if (!hidden && long !== undefined)
        expect(script).toContain(` ${shell === "fish" ? `-l ${long.slice(2)}` : long}`.trim());
  }
});

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { completionScript, SHELLS } from "../../../harness/cli/completion-script.ts";
import { commandsBelow, loadProgram } from "../../support/command/all-commands.ts";

const program = await loadProgram();

/** Returns bash's completions of these words, the last of which is being typed. */
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

const hasFish = spawnSync("fish", ["--version"]).status === 0;
const hasZsh = spawnSync("zsh", ["--version"]).status === 0;

test.skipIf(!hasFish).each([
  ["tear", ["teardown"]],
  ["results co", ["compare"]],
  ["run gke --rehearse --faul", ["--faults"]],
  ["results list ", []],
  ["stage boot", ["bootstrap"]],
  ["run --runner n", ["network"]],
  ["watch --he", ["--help"]],
])("fish completes %j", (typed, expected) => {
  const script = `${completionScript(program, "fish")}\ncomplete -C "refbench ${typed}"`;
  // An empty folder: fish offers files too.
  const cwd = mkdtempSync(join(tmpdir(), "refbench-fish-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const text = execFileSync("fish", ["--no-config", "-c", script], { cwd, encoding: "utf8" });
  expect(text.split("\n").filter((line) => line !== "")).toEqual(expected);
});

test.skipIf(!hasZsh)("zsh loads its script, which registers the completion", () => {
  const script = `autoload -U compinit && compinit -u -D\n${completionScript(program, "zsh")}\nprint $_comps[refbench]`;
  expect(execFileSync("zsh", ["-f", "-c", script], { encoding: "utf8" })).toContain("_bash_complete");
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

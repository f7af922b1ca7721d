import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { START_AGAIN, supervised } from "../../../harness/composition/supervised.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "refbench-supervised-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program whose starts end with these, in turn; returns the number of starts and the final code. */
function run(...ends: readonly string[]): Promise<{ readonly starts: number; readonly code: unknown }> {
  const count = join(folder, "starts");
  const program = `echo >> ${count}; case $(wc -l < ${count}) in ${ends.map((end, index) => `${index + 1}) ${end};;`).join(" ")} *) exit ${START_AGAIN};; esac`;
  const { file, args } = supervised(["/bin/sh", "-c", program], [0, 0, 0]);
  return new Promise((resolve) => {
    execFile(file, [...args], (error) =>
      resolve({ starts: readFileSync(count, "utf8").length, code: error?.code ?? 0 }),
    );
  });
}

test.each([
  ["an ordinary end ends it", ["exit 0"], { starts: 1, code: 0 }],
  ["so does an error that another start would meet too", ["exit 41"], { starts: 1, code: 41 }],
  ["a failure in the middle begins again", [`exit ${START_AGAIN}`, "exit 0"], { starts: 2, code: 0 }],
  ["so does a kill", ["kill -9 $$", "kill -ABRT $$", "exit 40"], { starts: 3, code: 40 }],
  ["without an end it is given up", [], { starts: 4, code: START_AGAIN }],
])("%s", async (_, ends, expected) => {
  expect(await run(...ends)).toEqual(expected);
});

test("the shell does not interpret the arguments of the command", async () => {
  const words = ["a b", "$HOME", "`id`", "*"];
  const { file, args } = supervised([
    process.execPath,
    "-p",
    "JSON.stringify(process.argv.slice(1))",
    ...words,
  ]);
  const said = await new Promise<string>((resolve) =>
    execFile(file, [...args], (_error, stdout) => resolve(stdout)),
  );
  expect(JSON.parse(said)).toEqual(words);
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { environmentSchema } from "../../stacks/environment.ts";
import { manualSecrets } from "../../stacks/manual/manual-secrets.ts";
import { stateContent } from "../../stacks/manual/manual-state.ts";
import { STATE_FILE } from "../../stacks/movable-backend.ts";
import { readEnvironment } from "../../stacks/read-environment.ts";
import { EnvironmentError } from "../../stacks/read-json.ts";
import { RUN } from "./synthesize.ts";

async function folderWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-json-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), text);
  return folder;
}

const BROKEN = [
  ["", "the file is empty"],
  ['{ "db_password": "hunter2', "it is not valid JSON"],
  ["[7]", "expected"],
] as const;

test.each(BROKEN)("an environment that is %j is refused with its file and problem", async (text, problem) => {
  const file = join(await folderWith("environment.json", text), "environment.json");
  const refused = readEnvironment(file);
  await expect(refused).rejects.toThrow(EnvironmentError);
  await expect(refused).rejects.toThrow(`cannot read the environment in ${file}: `);
  await expect(refused).rejects.toThrow(problem);
});

test.each(BROKEN)(
  "secrets that are %j are refused, never quoted and never replaced",
  async (text, problem) => {
    const folder = await folderWith("secrets.json", text);
    const refused = manualSecrets(folder, environmentSchema.parse(RUN));
    await expect(refused).rejects.toThrow(EnvironmentError);
    await expect(refused).rejects.toThrow(problem);
    await expect(refused).rejects.not.toThrow("hunter2");
  },
);

test.each([...BROKEN.map(([text]) => text), '{ "resources": 7 }'])(
  "a state that is %j may hold resources",
  async (text) => {
    expect(await stateContent(await folderWith(STATE_FILE, text), ["."])).toBe("resources");
  },
);

test.each(["{}", '{ "resources": [{ "mode": "data" }] }'])("a state that is %j holds none", async (text) => {
  expect(await stateContent(await folderWith(STATE_FILE, text), ["."])).toBe("empty");
});

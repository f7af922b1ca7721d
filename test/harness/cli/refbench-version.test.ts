import { appendFile, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { refbenchVersion } from "../../../harness/cli/refbench-version.ts";

async function checkout(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "refbench-version-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "package.json"), '{"version":"1.2.3"}');
  await writeFile(join(folder, "README.md"), "# Table\n");
  await writeFile(join(folder, "program.ts"), "1;\n");
  const git = execa({ cwd: folder });
  await git`git init --quiet`;
  await git`git add .`;
  await git`git -c user.name=a -c user.email=a@example.org commit --quiet --message a`;
  return folder;
}

test("a table that was written into a README makes no checkout dirty, and a changed program does", async () => {
  const folder = await checkout();
  await appendFile(join(folder, "README.md"), "| row |\n");
  await writeFile(join(folder, "credentials.json"), "{}");
  expect(await refbenchVersion(folder)).toMatchObject({ version: "1.2.3", dirty: false });
  await appendFile(join(folder, "program.ts"), "2;\n");
  expect(await refbenchVersion(folder)).toMatchObject({ dirty: true });
});

test("where there is no checkout, nothing is said of one", async () => {
  const folder = await checkout();
  await rm(join(folder, ".git"), { recursive: true });
  expect(await refbenchVersion(folder)).toEqual({ version: "1.2.3" });
});

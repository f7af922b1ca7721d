import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFile, listFolder } from "../../../../harness/tools/files/local-files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "refbench-files-"));
  await writeFile(join(folder, "file"), "text");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("only what does not exist is empty: a folder or file that cannot be read is an error", async () => {
  expect((await listFolder(folder)).map(({ name }) => name)).toEqual(["file"]);
  expect(await listFolder(join(folder, "none"))).toEqual([]);
  await expect(listFolder(join(folder, "file"))).rejects.toMatchObject({ code: "run_folder" });

  expect((await findFile(join(folder, "file")))?.toString()).toBe("text");
  expect(await findFile(join(folder, "none"))).toBeUndefined();
  await expect(findFile(folder)).rejects.toThrow(`cannot read ${folder}`);
});

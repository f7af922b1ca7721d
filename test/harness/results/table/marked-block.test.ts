import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeMarkedBlock } from "../../../../harness/results/table/marked-block.ts";
import { scratchFolder } from "../nightly-records.ts";

const [BEGIN, END] = ["<!-- refbench:table -->", "<!-- /refbench:table -->"];

async function fileWith(content: string | Buffer) {
  const folder = await scratchFolder();
  const path = join(folder, "README.md");
  await writeFile(path, content);
  return { folder, path };
}

test("the text goes between the markers, and every other byte is unchanged", async () => {
  const before = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3]);
  const after = Buffer.from("\r\nrest without a last line \t");
  const { path, folder } = await fileWith(
    Buffer.concat([before, Buffer.from(`${BEGIN}\nold\r\n${END}`), after]),
  );
  await chmod(path, 0o640);
  await writeMarkedBlock(path, "| a |\n\nlegend\n");
  expect(await readFile(path)).toEqual(
    Buffer.concat([before, Buffer.from(`${BEGIN}\n\n| a |\n\nlegend\n\n${END}`), after]),
  );
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(["README.md"]);
});

test("writing the same again leaves the file itself untouched", async () => {
  const { path } = await fileWith(`${BEGIN}${END}`);
  await writeMarkedBlock(path, "table");
  const { ino, mtimeMs } = await stat(path);
  await writeMarkedBlock(path, "table\n");
  expect(await stat(path)).toMatchObject({ ino, mtimeMs });
});

test.each([
  ["no marker", "text"],
  ["the first marker only", `${BEGIN}\n`],
  ["the last marker only", `${END}\n`],
  ["the markers twice", `${BEGIN}${END}${BEGIN}${END}`],
  ["two beginnings", `${BEGIN}${BEGIN}${END}`],
  ["two ends", `${BEGIN}${END}${END}`],
  ["the markers the wrong way round", `${END}${BEGIN}`],
])("a file with %s is a usage error, and is not written", async (_, content) => {
  const { path } = await fileWith(content);
  await expect(writeMarkedBlock(path, "table")).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("nothing was written"),
  });
  expect(await readFile(path, "utf8")).toBe(content);
});

test("a file that is not there is a usage error, and is not made", async () => {
  const folder = await scratchFolder();
  await expect(writeMarkedBlock(join(folder, "none.md"), "table")).rejects.toMatchObject({ code: "usage" });
  expect(await readdir(folder)).toEqual([]);
});

test("a link stays a link to the file that is written", async () => {
  const { path, folder } = await fileWith(`${BEGIN}${END}`);
  const link = join(folder, "link.md");
  await symlink(path, link);
  await writeMarkedBlock(link, "table");
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(path, "utf8")).toContain("table");
});

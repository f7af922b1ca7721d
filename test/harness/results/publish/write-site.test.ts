import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSite } from "../../../../harness/results/publish/write-site.ts";
import { scratchFolder } from "../nightly-records.ts";

const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).toSorted();

test("a site is its whole folder: files of an earlier one are gone, and nothing is added beside it", async () => {
  const folder = await scratchFolder();
  const out = join(folder, "site");
  await writeSite(
    new Map([
      ["index.html", "1"],
      ["runs/old.html", "x"],
    ]),
    { out, kind: "results" },
  );
  await writeSite(new Map([["index.html", new Uint8Array([50])]]), { out, kind: "results" });
  expect(await filesIn(out)).toEqual(["index.html", "refbench-site.json"]);
  expect(await readFile(join(out, "index.html"), "utf8")).toBe("2");
  expect(await readdir(folder)).toEqual(["site"]);
});

test("a folder that holds anything else is never replaced", async () => {
  const out = await scratchFolder();
  await writeFile(join(out, "thesis.txt"), "mine");
  await expect(writeSite(new Map(), { out, kind: "results" })).rejects.toMatchObject({ code: "usage" });
  expect(await filesIn(out)).toEqual(["thesis.txt"]);
  await expect(writeSite(new Map(), { out: join(out, "thesis.txt"), kind: "results" })).rejects.toMatchObject(
    { code: "usage" },
  );
});

test("a site of rehearsals never takes the place of one of results", async () => {
  const out = join(await scratchFolder(), "site");
  await writeSite(new Map([["index.html", "real"]]), { out, kind: "results" });
  await expect(writeSite(new Map(), { out, kind: "rehearsals" })).rejects.toMatchObject({ code: "usage" });
  expect(await readFile(join(out, "index.html"), "utf8")).toBe("real");
});

test("an empty folder may become a site", async () => {
  const out = join(await scratchFolder(), "site");
  await mkdir(out);
  await writeSite(new Map([["index.html", ""]]), { out, kind: "rehearsals" });
  expect(await filesIn(out)).toEqual(["index.html", "refbench-site.json"]);
});

test("a site that cannot be written leaves the old one, and nothing beside it", async () => {
  const folder = await scratchFolder();
  const out = join(folder, "site");
  await writeSite(new Map([["index.html", "old"]]), { out, kind: "results" });
  const impossible = new Map([
    ["a", ""],
    ["a/b", ""],
  ]);
  await expect(writeSite(impossible, { out, kind: "results" })).rejects.toMatchObject({ code: "run_folder" });
  expect(await readFile(join(out, "index.html"), "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["site"]);
});

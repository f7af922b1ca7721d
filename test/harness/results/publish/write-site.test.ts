import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SiteFile } from "../../../../harness/results/publish/site-file.ts";
import { writeSite } from "../../../../harness/results/publish/write-site.ts";
import { scratchFolder } from "../nightly-records.ts";

/** Files whose content is also what they depend on. */
function site(files: Readonly<Record<string, string>>): ReadonlyMap<string, SiteFile> {
  return new Map(Object.entries(files).map(([path, text]) => [path, { inputs: text, make: () => text }]));
}

const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).toSorted();

test("a site is its whole folder: files of an earlier one are gone, and nothing is added beside it", async () => {
  const folder = await scratchFolder();
  const out = join(folder, "site");
  await writeSite(site({ "index.html": "1", "runs/old.html": "x" }), { out, kind: "results" });
  await writeSite(site({ "index.html": "2" }), { out, kind: "results" });
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
  await writeSite(site({ "index.html": "real" }), { out, kind: "results" });
  await expect(writeSite(new Map(), { out, kind: "rehearsals" })).rejects.toMatchObject({ code: "usage" });
  expect(await readFile(join(out, "index.html"), "utf8")).toBe("real");
});

test("an empty folder may become a site", async () => {
  const out = join(await scratchFolder(), "site");
  await mkdir(out);
  await writeSite(site({ "index.html": "" }), { out, kind: "rehearsals" });
  expect(await filesIn(out)).toEqual(["index.html", "refbench-site.json"]);
});

test("a site that cannot be written leaves the old one, and nothing beside it", async () => {
  const folder = await scratchFolder();
  const out = join(folder, "site");
  await writeSite(site({ "index.html": "old" }), { out, kind: "results" });
  const impossible = site({ a: "", "a/b": "" });
  await expect(writeSite(impossible, { out, kind: "results" })).rejects.toMatchObject({ code: "run_folder" });
  expect(await readFile(join(out, "index.html"), "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["site"]);
});

test("a file whose inputs are the same is not made again; a changed, lost or edited one is", async () => {
  const out = join(await scratchFolder(), "site");
  const made: string[] = [];
  const publish = (files: Readonly<Record<string, string>>) =>
    writeSite(
      new Map(
        Object.entries(files).map(([path, inputs]) => [
          path,
          { inputs, make: () => (made.push(path), `made of ${inputs}`) },
        ]),
      ),
      { out, kind: "results" },
    );
  await publish({ "runs/a.html": "1", "runs/b.html": "1", "runs/c.html": "1", "runs/d.html": "1" });
  await writeFile(join(out, "runs/c.html"), "edited");
  await rm(join(out, "runs/d.html"));
  made.length = 0;
  const files = { "runs/a.html": "1", "runs/b.html": "2", "runs/c.html": "1", "runs/d.html": "1" };
  expect(await publish(files)).toEqual({ made: 3, kept: 1 });
  expect(made).toEqual(["runs/b.html", "runs/c.html", "runs/d.html"]);
  for (const [path, inputs] of Object.entries(files))
    expect(await readFile(join(out, path), "utf8")).toBe(`made of ${inputs}`);
  expect(await publish(files)).toEqual({ made: 0, kept: 4 });
});

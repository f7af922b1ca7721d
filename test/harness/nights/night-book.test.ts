import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { NightBook } from "../../../harness/nights/night-book.ts";
import { type Night, nightSchema } from "../../../harness/nights/night.ts";

const ID = "01kf3zq8v1a2b3c4d5e6f7g8h1";
const OTHER = "01kf3zq8v1a2b3c4d5e6f7g8h2";
const NIGHT: Night = {
  schemaVersion: 1,
  night: ID,
  simulated: true,
  startedAt: "2026-11-21T02:00:00.000Z",
  steps: [],
  runs: [{ architecture: "gke", size: "canary", state: "running" }],
  unended: [],
  damaged: [],
};

async function withBook(does: (book: NightBook, folder: string) => Promise<void>): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-nights-"));
  try {
    const folder = join(cwd, ".refbench", "nights", ID);
    await mkdir(folder, { recursive: true });
    await does(new NightBook(cwd), folder);
  } finally {
    await rm(cwd, { recursive: true });
  }
}

const living = (): Promise<readonly string[]> => Promise.resolve(["01kf3run"]);
const none = (): Promise<readonly string[]> => Promise.resolve([]);

test("a night that never ended is found with its runs, and is not found again after it is closed", () =>
  withBook(async (book) => {
    await book.write(NIGHT);
    const [found] = await book.earlier(OTHER, living);
    expect(found).toEqual({ id: ID, living: ["01kf3run"], night: NIGHT });
    expect(await book.earlier(ID, living)).toEqual([]);
    await book.close(found!, Date.UTC(2026, 10, 22));
    expect(await book.earlier(OTHER, living)).toEqual([]);
  }));

test.each([
  ["cut off", JSON.stringify(NIGHT).slice(0, 100), /JSON/],
  ["empty", "", /JSON/],
  ["of something else", "[1]", /not the file of a night/],
  ["another night's", JSON.stringify({ ...NIGHT, night: OTHER }), new RegExp(`file of night ${OTHER}`)],
])("a file that is %s is reported once with its night's runs, and kept beside", (_, text, problem) =>
  withBook(async (book, folder) => {
    await writeFile(join(folder, "night.json"), text);
    const [found] = await book.earlier(OTHER, living);
    expect(found).toMatchObject({
      id: ID,
      living: ["01kf3run"],
      problem: expect.stringMatching(problem) as string,
    });
    await book.close(found!, Date.UTC(2026, 10, 22));
    expect(await book.earlier(OTHER, none)).toEqual([]);
    const kept = (await readdir(folder)).find((name) => name.startsWith("night.json.damaged"));
    expect(await readFile(join(folder, kept!), "utf8")).toBe(text);
  }),
);

test("a missing file is reported if the night has runs or results, but not if it started nothing", () =>
  withBook(async (book, folder) => {
    expect(await book.earlier(OTHER, none)).toEqual([]);
    expect(await book.earlier(OTHER, living)).toMatchObject([{ problem: "it is missing" }]);
    await writeFile(join(folder, "gke-canary.json"), "{}");
    const [found] = await book.earlier(OTHER, none);
    expect(found).toMatchObject({ problem: "it is missing" });
    await book.close(found!, Date.UTC(2026, 10, 22));
    expect(await book.earlier(OTHER, none)).toEqual([]);
  }));

test("a file of an earlier version, without verdicts of steps and damaged nights, is read", () => {
  const { damaged, ...old } = { ...NIGHT, steps: [{ name: "sweep before", outcome: "ok", said: "ok" }] };
  expect(nightSchema.parse(old)).toMatchObject({ damaged, steps: [{ name: "sweep before" }] });
});

test("nights that cannot be listed do not count as none", () =>
  withBook(async (book, folder) => {
    await rm(dirname(folder), { recursive: true });
    expect(await book.earlier(OTHER, none)).toEqual([]);
    await writeFile(dirname(folder), "no folder");
    await expect(book.earlier(OTHER, none)).rejects.toMatchObject({ code: "run_folder" });
  }));

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "export-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function refbench(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = { PATH: process.env["PATH"] };
  const code = await main(["export", ...args], { stdout, stderr, env, cwd });
  return { code, out: stdout.text, err: stderr.text };
}

test.each([
  [["gke", "--size", "huge", "--out", "x"], 'size is "huge", expected one of'],
  [["gke", "--format", "pulumi", "--out", "x"], "Allowed choices are terraform"],
  [["gke", "--set", "coder.replicas=5", "--out", "x"], "concurrentBuilds is"],
  [["gke", "--account", "123456789012", "--out", "x"], "--account is not of gke's cloud: expected --project"],
  [["eks", "--account", "12", "--out", "x"], '--account is "12"'],
  [["kubernetes", "--project", "p", "--out", "x"], "expected neither --project nor --account"],
  [["gke", "--region", "us-central1", "--zone", "us-east1-b", "--out", "x"], '--zone is "us-east1-b"'],
  [["gke"], "--out"],
])("refuses %j and writes nothing", async (args, words) => {
  const { code, out, err } = await refbench(...args);
  expect(err).toContain(words);
  expect([code, out]).toEqual([2, ""]);
  expect(await readdir(cwd)).toEqual([]);
});

test("refuses a folder that has something in it, and a file, and changes neither", async () => {
  await mkdir(join(cwd, "full"));
  await writeFile(join(cwd, "full", "mine.tf"), "mine");
  const full = await refbench("gke", "--out", "full");
  expect(full.err).toContain("which is not empty (it has mine.tf): name a new or an empty folder");
  const file = await refbench("gke", "--out", "full/mine.tf");
  expect(file.err).toContain("which is no folder that can be read");
  expect([full.code, file.code]).toEqual([2, 2]);
  expect(await readdir(join(cwd, "full"))).toEqual(["mine.tf"]);
});

test("lists as JSON what it wrote into an empty folder; the place becomes the variables' defaults", async () => {
  await mkdir(join(cwd, "empty"));
  const { code, out } = await refbench(
    ...["gce-docker", "--size", "canary", "--out", "empty", "--output", "json"],
    ...["--project", "my-project", "--zone", "europe-west4-b", "--set", "machines.coder.diskGib=77"],
  );
  expect(code).toBe(0);
  const listed = JSON.parse(out) as { files: string[] };
  expect(listed).toMatchObject({
    schemaVersion: 1,
    architecture: "gce-docker",
    size: "canary",
    format: "terraform",
  });
  const written = await readdir(join(cwd, "empty"), { recursive: true, withFileTypes: true });
  expect(written.filter((entry) => entry.isFile())).toHaveLength(listed.files.length);
  const read = (name: string) => readFile(join(cwd, "empty", name), "utf8");
  expect(await read("cloud/variables.tf")).toMatch(/"my-project"[^]*"europe-west4"[^]*"europe-west4-b"/);
  expect(await read("cloud/coder.tf")).toMatch(/size += 77/);
  expect(await read("cloud/network.tf")).not.toContain("europe-west4");
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import {
  addOutput,
  TEXT_ON_STDOUT,
  type OutputSpec,
} from "../../../../harness/results/format/output-spec.ts";
import { writeOutputs } from "../../../../harness/results/output/outputs.ts";
import { CapturedStream } from "../../cli/progress/captured-stream.ts";
import { sampleRecord } from "../sample-record.ts";

function parseOutputs(values: readonly string[]): readonly OutputSpec[] {
  return values.reduce((all: readonly OutputSpec[], value) => addOutput(value, all), TEXT_ON_STDOUT);
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "refbench-results-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("without --output the result is text on stdout", () => {
  expect(parseOutputs([])).toEqual([{ format: "text" }]);
});

test("several outputs may be asked for, all but one into files", () => {
  expect(parseOutputs(["text", "json:out/r.json", "markdown:a:b.md"])).toEqual([
    { format: "text" },
    { format: "json", path: "out/r.json" },
    { format: "markdown", path: "a:b.md" },
  ]);
});

test("two results would mix on stdout", () => {
  expect(() => parseOutputs(["text", "json"])).toThrow(
    /only one --output can write to stdout; got text and json/,
  );
});

test.each(["yaml", "", "json:", ":x", "JSON"])('--output "%s" is refused by its value', (value) => {
  expect(() => parseOutputs([value])).toThrow(/^--output must be text, json or markdown, .*; got "/);
});

test("each output gets its own form, and stdout gets only what belongs there", async () => {
  const cwd = await folder();
  const stdout = new CapturedStream();
  const record = sampleRecord();
  await writeOutputs(record, parseOutputs(["json", "text:deep/r.txt", "markdown:r.md"]), { stdout, cwd });
  expect(recordSchema.parse(JSON.parse(stdout.text))).toEqual(record);
  expect(await readFile(join(cwd, "deep/r.txt"), "utf8")).toContain("Verdict: pass (simulated");
  expect(await readFile(join(cwd, "r.md"), "utf8")).toContain("| Kubernetes (GKE) (simulated) |");
});

test("a file that cannot be written is named, and the other outputs are written", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "file"), "");
  const stdout = new CapturedStream();
  const outputs = parseOutputs(["json:file/r.json", "text"]);
  await expect(writeOutputs(sampleRecord(), outputs, { stdout, cwd })).rejects.toThrow(
    join(cwd, "file/r.json"),
  );
  expect(stdout.text).toContain("Verdict: pass");
});

test("JSON says what is simulated, and nothing that the record's schema does not name", () => {
  const withMore = { ...sampleRecord(), token: "secret-token" };
  const json = resultsJson(withMore);
  expect(JSON.parse(json)).toMatchObject({ simulated: true, coder: "emulated", rehearsedVersion: "2.31.0" });
  expect(json).not.toContain("coderVersion");
  expect(json).not.toContain("secret-token");
});

test("JSON of the same record is the same bytes, whatever the order of its fields", () => {
  const record = sampleRecord();
  const turned = Object.fromEntries(Object.entries(record).reverse()) as typeof record;
  expect(resultsJson(turned)).toBe(resultsJson(record));
});

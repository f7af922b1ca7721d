import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { didYouMean } from "../../reference-architectures/did-you-mean.ts";
import { readFaults } from "../../rehearsal/twin/faults.ts";

test.each([
  ["canry", ["canary", "1200"], "canary"],
  ["GKE", ["gce-vm", "gke"], "gke"],
])("%s is near one of %j", (word, known, meant) => {
  expect(didYouMean(word, known)).toBe(` (did you mean "${meant}"?)`);
});

test("nothing is suggested without a near word", () => {
  expect(didYouMean("azure", ["canary", "gke"])).toBe("");
  expect(didYouMean("x", [])).toBe("");
});

test.each([
  ["gkee", undefined, {}, 'did you mean "gke"?'],
  ["gke", "canari", {}, 'did you mean "canary"?'],
  ["gke", undefined, { "connections.totl": 5 }, 'did you mean "connections.total"?'],
])("%s %s %j is refused with what was meant", (architecture, size, overrides, words) => {
  expect(() => resolveSize(architecture, size, overrides)).toThrow(words);
});

test("a faults file with an unknown fault is refused with the known ones and what was meant", () => {
  const folder = mkdtempSync(join(tmpdir(), "refbench-faults-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "faults.json");
  writeFileSync(file, JSON.stringify({ faults: [{ op: "create", type: "google_*", do: "trottle" }] }));
  expect(() => readFaults(file)).toThrow(
    /faults\[0\]\.do "trottle", expected one of .*did you mean "throttle"/,
  );
});

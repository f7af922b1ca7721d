import { expect, test } from "vitest";
import { resultsText } from "../../../harness/results/text.ts";
import { officialRecord, sampleMeasurements, sampleRecord, unmeasured } from "./sample-record.ts";

test("the result of a load says in one line how many succeeded", () => {
  expect(resultsText(sampleRecord(), 80)).toContain("\n1198 succeeded, 2 failed to connect\n");
});

test("latency is told from the intended and the raw start, with the percentiles that the count carries", () => {
  const text = resultsText(sampleRecord(), 80);
  expect(text).toMatch(/^command +intended +1,200 +600 ms +1\.08 s +1\.14 s +1\.19 s +1\.2 s$/m);
  expect(text).toMatch(/^ +raw +1,200 +540 ms +972 ms/m);
  expect(text).toMatch(/^terminal-first-byte +both +150 +75 µs +135 µs +- +- +150 µs$/m);
});

test("failures are told by class with an example", () => {
  expect(resultsText(sampleRecord(), 80)).toContain(
    "2 × connect-timeout in ssh-handshake: no handshake within 30 s",
  );
});

test("objectives are told with what was reached, and one that is missed cannot be overlooked", () => {
  const objectives = [
    { name: "a", description: "workspaces, share", threshold: 0.99, value: 0.98999, met: false },
    { name: "b", description: "connections lost", threshold: 0, met: false },
  ];
  const text = resultsText(sampleRecord({ objectives, verdict: "slo-failed" }), 100);
  expect(text).toContain("MISSED  workspaces, share: 98.9 %, wanted 99 %");
  expect(text).toContain("MISSED  connections lost: not measured, wanted 0");
});

test("conditions that change the figures' meaning are told", () => {
  expect(resultsText(sampleRecord(), 80)).toContain("  - licence simulated");
});

test("a leak is told with its scope and everything that is left", () => {
  const text = resultsText(
    sampleRecord({
      teardown: {
        state: "leaked",
        scope: "twin inventory of project refbench-twin",
        finishedAt: "2026-11-22T07:03:05.000Z",
        left: [{ id: "1", kind: "google_compute_disk", name: "pvc-1", location: "us-central1-a" }],
        swept: [{ id: "2", kind: "google_compute_firewall", name: "k8s-fw" }],
        problems: ["destroy: gke-cloud failed"],
      },
      verdict: "leaked",
      reasons: ["leaked: 1 left", "infrastructure: terraform destroy failed\n  - in use"],
    }),
    100,
  );
  expect(text).toContain("Teardown: leaked (asked: twin inventory of project refbench-twin)");
  expect(text).toContain("Left: 1\n  - google_compute_disk pvc-1 (us-central1-a)");
  expect(text).toContain("Swept after the destroy: 1\n  - google_compute_firewall k8s-fw");
  expect(text).toContain("problem: destroy: gke-cloud failed");
  expect(text).toContain("Verdict: leaked (simulated, coder: emulated)\n  leaked: 1 left\n");
  expect(text).toContain("    - in use");
});

test("a teardown that is pending claims nothing", () => {
  expect(resultsText(sampleRecord({ teardown: { state: "pending" }, verdict: "pending" }), 80)).toContain(
    "Teardown: pending",
  );
});

test("a generator that was the limit is named as such", () => {
  const { generator } = sampleMeasurements();
  const limited = { ...generator, limited: true, reasons: ["late by 2 s"] };
  const record = sampleRecord({ measurements: sampleMeasurements({ generator: limited }) });
  expect(resultsText(record, 80)).toContain("LIMITED: late by 2 s");
});

test("a run that measured nothing says so and still tells its verdict", () => {
  const record = unmeasured(sampleRecord({ verdict: "interrupted", objectives: [] }));
  const text = resultsText(record, 80);
  expect(text).toContain("Nothing was measured.");
  expect(text).toContain("Verdict: interrupted");
  expect(text).not.toContain("Latency");
});

test.each([60, 80, 120])("no line of the text is longer than %i columns", (width) => {
  const long = "a reason of many words ".repeat(12).trim();
  const record = sampleRecord({ reasons: [long], conditions: [long] });
  for (const line of resultsText(record, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
});

test("only a rehearsal is called simulated", () => {
  expect(resultsText(sampleRecord(), 80)).toMatch(/simulated/i);
  const { conditions } = officialRecord({ conditions: [] });
  const measurements = sampleMeasurements({
    connections: { ...sampleMeasurements().connections, sshPath: "direct" },
  });
  const official = officialRecord({
    conditions,
    measurements,
    teardown: { state: "pending" },
    verdict: "pending",
  });
  expect(resultsText(official, 80)).not.toMatch(/simulated|emulated/i);
});

import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { errorsSection, objectivesSection } from "../../../../harness/results/page/sections/judgement.ts";
import { resultsText } from "../../../../harness/results/output/text.ts";
import { resultMarkdown } from "../../../../harness/results/output/markdown.ts";
import {
  histogramOf,
  officialRecord,
  sampleMeasurements,
  sampleRecord,
  unmeasured,
  upTo,
} from "../sample-record.ts";

test("the result of a load says in one line how many succeeded", () => {
  expect(resultsText(sampleRecord(), 80)).toContain("\n1198 succeeded, 2 failed to connect\n");
});

test("traffic of connections and of apps gets one line each, and only apps if only apps were asked for", () => {
  const { connections } = sampleMeasurements();
  const traffic = { due: 24_000, back: 23_999 };
  const carried = sampleMeasurements({ connections: { ...connections, traffic } });
  expect(resultsText(sampleRecord({ measurements: carried }), 100)).toContain(
    "Traffic: 23,999 of 24,000 messages returned complete.",
  );
  const none = { ...connections, asked: 0, held: 0, verified: 0 };
  const apps = { asked: 40, held: 39, echoed: 12_040 };
  const ofApps = resultsText(
    sampleRecord({ measurements: sampleMeasurements({ connections: none, apps }) }),
    100,
  );
  expect(ofApps).toContain("Apps: 39 of 40 sockets held, 12,040 messages returned.");
  expect(ofApps).not.toContain("Connections:");
});

test("latency is shown from the intended and the raw start, with the percentiles that the count supports", () => {
  const text = resultsText(sampleRecord(), 80);
  expect(text).toMatch(/^command +intended +1,200 +600 ms +1\.08 s +1\.14 s +1\.19 s +1\.2 s$/m);
  expect(text).toMatch(/^ +raw +1,200 +540 ms +972 ms/m);
  expect(text).toMatch(/^terminal-first-byte +both +150 +75 µs +135 µs +- +- +150 µs$/m);
});

test("a phase whose raw start adds nothing has one row", () => {
  const histograms = [1, 0.99].map((share, index) =>
    histogramOf(
      upTo(300).map((i) => Math.round(i * 1000 * share)),
      { phase: "build", basis: index === 0 ? "intended" : "raw" },
    ),
  );
  const text = resultsText(sampleRecord({ measurements: sampleMeasurements({ histograms }) }), 80);
  expect(text).toMatch(/^build +intended +300/m);
  expect(text).not.toMatch(/^ +raw/m);
});

test("arrivals, the API probe and limited windows get one line each", () => {
  const [window] = [windowOf(0)];
  const measurements = sampleMeasurements({
    arrivals: { due: 1200, late: 3, lateMaxMs: 12.5 },
    windows: [window, ...[1, 2, 3, 4, 5].map((i) => windowOf(i, ["the generator was late by 2 s"]))],
  });
  const text = resultsText(sampleRecord({ measurements }), 100);
  expect(text).toContain("Arrivals: 1,200 due, 3 started late, by at most 12.5 ms.");
  expect(text).toContain(
    "Other users of the API: p50 15 ms, p90 27 ms, p95 28.5 ms, at most 30 ms; 0 of 300",
  );
  expect(text).toContain(
    "Windows: the generator may have been the limit in 5 of 6:\n  5.0 s to 10 s, holding: the generator was",
  );
  expect(text).toContain("and 2 more");
});

test("an earlier record, which holds arrivals even without a schedule, shows no line for them", () => {
  const measurements = sampleMeasurements({
    arrivals: { due: 200, late: 0, lateMaxMs: 0, waitedForTurn: 0 },
  });
  expect(resultsText(sampleRecord({ measurements }), 100)).not.toContain("Arrivals");
});

test("a missed objective that does not fail the run looks different from one that does", () => {
  const slow = {
    name: "api",
    description: "API",
    unit: "ms",
    threshold: 300,
    direction: "at-most",
    value: 812.5,
    met: false,
  } as const;
  const text = resultsText(sampleRecord({ objectives: [{ ...slow, severity: "warn" }] }), 100);
  expect(text).toContain("  warning    API: 812.5 ms (at most 300 ms), 2.71 times as long");
  expect(resultsText(sampleRecord({ objectives: [slow] }), 100)).toContain("  MISSED     API");
});

test("the Markdown of one run shows the measurements below its row", () => {
  const markdown = resultMarkdown(sampleRecord());
  expect(markdown).toContain("| command | intended | 1,200 | 600 ms |");
  expect(markdown).toContain("- met: workspaces that succeeded");
  expect(markdown).toContain("- 2 × connect-timeout in ssh-handshake");
});

function windowOf(index: number, limited: string[] = []) {
  return {
    startMs: index * 5000,
    endMs: (index + 1) * 5000,
    activity: "holding",
    paced: true,
    ...{ queued: 0, building: 0, ready: 2, terminal: 1, ssh: 1, commands: 9, failures: 0 },
    generator: {
      ...{ slipP99Ms: 1, slipMaxMs: 2, lagP99Ms: 1, eventLoopUtilization: 0.1, runQueueShare: 0.1 },
      limited,
    },
  };
}

test("failures are shown by class with an example", () => {
  expect(resultsText(sampleRecord(), 80)).toContain(
    "2 × connect-timeout in ssh-handshake: no handshake within 30 s",
  );
});

test("objectives are shown with the reached value, and a missed one cannot be overlooked", () => {
  const objectives = [
    { name: "a", description: "workspaces, share", threshold: 0.99, value: 0.98999, met: false },
    { name: "b", description: "connections lost", threshold: 0, met: false },
  ].map((each, index) => ({
    ...each,
    direction: index === 0 ? ("at-least" as const) : ("at-most" as const),
  }));
  const text = resultsText(sampleRecord({ objectives, verdict: "slo-failed" }), 100);
  expect(text).toContain("MISSED     workspaces, share: 98.9 % (at least 99 %)");
  expect(text).toContain("MISSED     connections lost: not measured (at most 0)");
});

test("conditions that change the figures' meaning are shown", () => {
  expect(resultsText(sampleRecord(), 80)).toContain("  - licence simulated");
});

test("a leak is shown with its scope and every remaining item", () => {
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
  expect(text).toContain("Teardown: leaked (checked: twin inventory of project refbench-twin)");
  expect(text).toContain("Remaining: 1\n  - google_compute_disk pvc-1 (us-central1-a)");
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
  expect(resultsText(record, 80)).toMatch(/LIMITED: late by\s+2 s/);
});

test("the generator's machine is the one that the generator reported, and none without its report", () => {
  const { generator } = sampleMeasurements();
  const withChildren = sampleMeasurements({ generator: { ...generator, childCpuSeconds: 7 } });
  const text = resultsText(sampleRecord({ measurements: withChildren }), 200);
  expect(text).toContain("Generator: 4 cores (Xeon), 61.4 s of CPU and 7.0 s in child processes");
  const { machine, ...earlier } = generator;
  expect(machine?.cpu).toBe("Xeon");
  const record = sampleRecord({ measurements: sampleMeasurements({ generator: earlier }) });
  expect(resultsText(record, 200)).toContain("Generator: its machine is not recorded, 61.4 s of CPU");
});

test("a run that measured nothing reports this and still shows its verdict", () => {
  const record = unmeasured(sampleRecord({ verdict: "interrupted", objectives: [] }));
  const text = resultsText(record, 80);
  expect(text).toContain("Nothing was measured.");
  expect(text).toContain("Verdict: interrupted");
  expect(text).not.toContain("Latency");
});

describe("a run that failed before its load", () => {
  const record = unmeasured(
    sampleRecord({
      verdict: "infrastructure",
      resources: { "gke-cloud": 3 },
      objectives: [...sampleRecord().objectives, ...sampleRecord().objectives],
      stages: [stageOf("provision", "failed"), stageOf("drain", "ok")],
    }),
  );
  const line = `Objectives: the load did not take place, so ${record.objectives.length} objectives were not measured.`;

  test.each([
    ["text", () => resultsText(record, 200)],
    ["Markdown", () => resultMarkdown(record)],
    ["its page", () => objectivesSection(record).text],
  ])("lists no objective in %s, and says in one line why", (_, format) => {
    expect(record.objectives.length).toBeGreaterThan(1);
    expect(format()).toContain(line);
    expect(format()).not.toMatch(/MISSED|not measured \(/);
  });

  test("differs from a load without measurements", () => {
    const lost = { ...record, stages: [stageOf("load", "failed")] };
    expect(resultsText(lost, 200)).toContain("Objectives: the load has no measurements, so ");
  });
});

function stageOf(stage: string, outcome: "ok" | "failed"): RunRecord["stages"][number] {
  const at = "2026-11-22T07:00:00.000Z";
  return { stage, startedAt: at, finishedAt: at, outcome };
}

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

test("the cost is marked as estimated, billed or simulated", () => {
  const estimate = {
    prices: "2026-08-03",
    region: "us-central1",
    hours: 1,
    perHour: 10,
    teardownReserve: 1,
    total: 13.64,
    items: [],
  };
  const text = resultsText(
    sampleRecord({ cost: { estimate, spent: 12.5, ceiling: 20, basis: "estimated" } }),
    200,
  );
  expect(text).toContain(
    "Cost: $12.50 (estimated), expected $13.64, limit $20.00; prices of 2026-08-03, us-central1.",
  );
  expect(resultsText(sampleRecord(), 200)).not.toContain("Cost:");
});

test("a failure's log lines follow it, in text, Markdown and page alike", () => {
  const log = ["Error: Resource precondition failed", "No <space> is left in this zone."];
  const failure = {
    ...({ class: "build-failed", phase: "build", count: 3, example: "build failed: exit status 1" } as const),
    reasons: [{ error: "build failed: exit status 1", count: 3, log }],
  };
  const measurements = sampleMeasurements({ failures: [failure] });
  const record = sampleRecord({ measurements });
  const title = "3 × build failed: exit status 1; the first log ends with";
  expect(resultsText(record, 80)).toContain(`    ${title}\n      ${log.join("\n      ")}\n`);
  expect(resultMarkdown(record)).toContain(`  - ${title}\n\n        ${log.join("\n        ")}\n`);
  const page = errorsSection(measurements).text;
  expect(page).toContain(title);
  expect(page).toContain("Error: Resource precondition failed\nNo &lt;space&gt; is left in this zone.");
});

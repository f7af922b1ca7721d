import { describe, expect, test } from "vitest";
import { liveView } from "../../../../harness/cli/progress/live-view.ts";
import { advance, initialState } from "../../../../harness/cli/progress/state.ts";
import type { StoredEvent } from "../../../../harness/model/ports/event.ts";
import { stackWords } from "../../../../harness/cli/progress/words.ts";
import { at, costs, instant, loading, untilLoad } from "./story.ts";

const view = (events: readonly StoredEvent[], seconds: number, width = 79): string =>
  liveView(events.reduce(advance, initialState), instant(seconds), { width }).join("\n");

test("while provisioning it shows the duration of the stage and its created, planned and current resources", () => {
  const text = view(untilLoad, 7);
  expect(text).toMatch(/^refbench gke 1200 \(simulated\) .* 7\.0 s$/m);
  expect(text).toMatch(/^done +preflight +1\.0 s$/m);
  expect(text).toMatch(/^>> +provision +6\.0 s +gke-cloud 1 of 3 created$/m);
  expect(text).toMatch(/^ +2\.0 s +google_sql_database_instance\./m);
  expect(text).not.toContain("google_compute_network");
});

test("the second line shows the cost so far", () => {
  expect(view([...untilLoad, ...costs], 7).split("\n")[1]).toBe("cost  $1.23 of $20.00 so far");
});

test("while loading it shows users, workspaces by state, held and wanted connections and the rate", () => {
  const text = view(loading, 12);
  expect(text).toMatch(/^>> +load +3\.0 s +connecting, 1,200 users, 123\.5 commands\/s$/m);
  expect(text).toMatch(/^ +workspaces 7 queued, 120 building, 1,071 ready, 2 failed of 1,200$/m);
  expect(text).toMatch(/^ +connections 4,500 of 10,000 \(4,000 terminal, 500 ssh\), 3 failed$/m);
});

test.each([40, 79, 120])("no line is longer than a terminal of %i columns", (width) => {
  const failed = at(13, {
    type: "stage.finished",
    stage: "load",
    outcome: "failed",
    durationMs: 4000,
    message: `out of cheese ${"and crackers ".repeat(20)}\nsecond line`,
  });
  for (const events of [untilLoad, loading, [...loading, failed]]) {
    for (const line of view(events, 14, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
});

test("a failed stage shows the reason on its line", () => {
  const message = "terraform apply failed: 1 error\n  - quota exceeded";
  const failed = at(9, {
    type: "stage.finished",
    stage: "provision",
    outcome: "failed",
    durationMs: 8000,
    message,
  });
  expect(view([...untilLoad, failed], 10)).toMatch(
    /^FAIL +provision +8\.0 s +terraform apply failed: 1 error$/m,
  );
});

test("the teardown shows what was deleted, destroyed and left", () => {
  const text = view(
    [
      ...loading,
      at(20, { type: "stage.started", stage: "drain" }),
      at(21, { type: "drain.progress", deleted: 7, remaining: 1193 }),
      at(22, { type: "stage.finished", stage: "drain", outcome: "ok", durationMs: 2000 }),
      at(22, { type: "stage.started", stage: "destroy" }),
      at(22, { type: "terraform.planned", stack: "gke-coder", summary: { add: 0, change: 0, remove: 5 } }),
      at(30, { type: "stage.finished", stage: "destroy", outcome: "ok", durationMs: 8000 }),
      at(30, { type: "stage.started", stage: "audit" }),
      at(31, { type: "audit.finished", verdict: "leaked", left: 2, scope: "twin" }),
    ],
    31,
  );
  expect(text).toMatch(/drain .* 7 deleted, 1,193 remaining$/m);
  expect(text).toMatch(/destroy .* gke-coder 0 of 5 destroyed$/m);
  expect(text).toMatch(/audit .* leaked: 2 left$/m);
});

describe("a destroy in several attempts", () => {
  const stack = "gke-cloud";
  const planned = (seconds: number, remove: number) =>
    at(seconds, { type: "terraform.planned", stack, summary: { add: 0, change: 0, remove } });
  const destroyed = (seconds: number, address: string, state: "complete" | "failed" = "complete") =>
    at(seconds, { type: "terraform.progress", stack, progress: { address, action: "delete", state } });
  const started = (seconds: number) => at(seconds, { type: "stage.started", stage: "destroy" });
  const firstAttempt = [
    ...[started(1), planned(2, 3), destroyed(3, "a"), destroyed(4, "b"), destroyed(5, "c", "failed")],
  ];

  test("counts over all attempts", () => {
    expect(view(firstAttempt, 9)).toMatch(/gke-cloud 2 of 3 destroyed, 1 failed$/m);
    expect(view([...firstAttempt, planned(6, 1)], 9)).toMatch(/gke-cloud 2 of 3 destroyed$/m);
    const again = [...firstAttempt, planned(6, 1), destroyed(7, "c", "failed"), planned(8, 1)];
    expect(view([...again, destroyed(9, "c", "failed")], 9)).toMatch(
      /gke-cloud 2 of 3 destroyed, 1 failed$/m,
    );
    expect(view([...again, destroyed(9, "c")], 9)).toMatch(/gke-cloud 3 of 3 destroyed$/m);
  });

  test("continues its counts when the stage is repeated, also by another process", () => {
    const over = at(9, { type: "stage.finished", stage: "destroy", outcome: "ok", durationMs: 8000 });
    const later = [...firstAttempt, over, started(10), planned(11, 1), destroyed(12, "c")];
    expect(view(later, 13)).toMatch(/gke-cloud 3 of 3 destroyed$/m);
    // The next process reads the changes of the killed process again, before any plan.
    expect(view([started(1), destroyed(2, "a"), planned(3, 2), destroyed(4, "b")], 5)).toMatch(
      /gke-cloud 2 of 3 destroyed$/m,
    );
    expect(view([...firstAttempt, started(6), destroyed(7, "a"), planned(8, 1)], 9)).toMatch(
      /gke-cloud 2 of 3 destroyed$/m,
    );
  });
});

test("control characters in messages of other programs do not reach the terminal", () => {
  const message = "bad\u001b[2J\u001b]0;title\u0007\rthing";
  const failed = at(9, {
    type: "stage.finished",
    stage: "provision",
    outcome: "failed",
    durationMs: 8000,
    message,
  });
  expect(view([...untilLoad, failed], 10)).not.toMatch(/[^\P{Cc}\n]/u);
});

test("a stack whose plan is not known has no counts", () => {
  const view = { stack: "gke-coder", planned: 0, done: new Set<string>(), failed: new Set<string>() };
  expect(stackWords({ ...view, working: new Map() }, "created")).toBe("gke-coder");
  expect(stackWords({ ...view, working: new Map(), planned: 8 }, "created")).toBe("gke-coder 0 of 8 created");
});

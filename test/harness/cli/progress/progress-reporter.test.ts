import { expect, test } from "vitest";
import { progressReporter } from "../../../../harness/cli/progress/progress-reporter.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";
import { CapturedStream } from "./captured-stream.ts";
import { at, costs, instant, load, loading, untilLoad } from "./story.ts";

/** A clock that only moves when the test sets it. */
class HandClock implements Clock {
  at = instant(0);
  now = (): number => this.at;
  elapsed = (): number => this.at;
  sinceBoot = () => ({ boot: "one", ms: this.at - instant(0) });
  sleep = (): Promise<void> => Promise.reject(new Error("no sleep is expected"));
}

const terminal = () => new CapturedStream({ isTTY: true, columns: 80 });

const ESCAPE = String.fromCharCode(27);
const SEQUENCE = new RegExp(`${ESCAPE}\\[(\\d*)([A-Z])|\\n|[^${ESCAPE}\\n]+`, "g");

/** The screen of a terminal with many lines after this output. */
function screenOf(output: string): readonly string[] {
  const screen = [""];
  let row = 0;
  for (const [part, count = "", command] of output.matchAll(SEQUENCE)) {
    if (command === "A") row -= Number(count || "1");
    else if (command === "K") screen[row] = "";
    else if (command === "J") screen.splice(row + 1);
    else if (part === "\n") screen[(row += 1)] ??= "";
    else if (command === undefined) screen[row] = (screen[row] ?? "") + part;
  }
  return screen.filter((line) => line !== "");
}

test("without a terminal each event is one appended line with the time since the start", () => {
  const stream = new CapturedStream();
  const reporter = progressReporter({ stderr: stream, env: {} });
  for (const event of loading) reporter.report(event);
  reporter.close();
  expect(stream.text).not.toContain(ESCAPE);
  expect(stream.text.split("\n")).toEqual(
    expect.arrayContaining([
      "[  0.0 s] preflight: started",
      "[  1.0 s] preflight: done in 1.0 s",
      "[  2.0 s] gke-cloud: 3 to add, 0 to change, 0 to destroy",
      "[  5.0 s] gke-cloud 1 of 3 done: google_compute_network.network created after 3 s",
      expect.stringMatching(/^\[ {3}12 s\] load: connecting; users 1200; workspaces 7 queued/),
    ]),
  );
});

test("a failed stage is one line without a terminal too: the result has the rest", () => {
  const stream = new CapturedStream();
  const reporter = progressReporter({ stderr: stream, env: {} });
  const message = "1 of 17 checks failed\nidentity: nobody is signed in";
  reporter.report(
    at(1, { type: "stage.finished", stage: "preflight", outcome: "failed", durationMs: 500, message }),
  );
  expect(stream.text).toMatch(/^\[[^\]]*\] preflight: failed in 0\.5 s: 1 of 17 checks failed\n$/);
});

test("the cost of a run is shown before it begins, then as a part of other lines", () => {
  const stream = new CapturedStream();
  const reporter = progressReporter({ stderr: stream, env: {} });
  for (const event of [...costs, at(3, load())]) reporter.report(event);
  const lines = stream.text.trimEnd().split("\n");
  expect(lines).toEqual([
    "[  0.0 s] cost: $12.50 estimated, at most $20.00; 1.50 h at $8.00 an hour, $2.00 of it for the teardown; prices of 2026-08-03, us-central1",
    "[  0.0 s] cost: dearest 4 n2-standard-8 for Coder $9.00, 4.50 GiB through Cloud NAT $0.45",
    expect.stringMatching(/^\[ {2}2\.8 s\] load: .*; \$1\.23 of \$20\.00 so far$/),
  ]);
});

test("on a terminal a run's cost stays above the live lines", () => {
  const stream = terminal();
  const reporter = progressReporter({ stderr: stream, env: {} }, new HandClock());
  for (const event of costs) reporter.report(event);
  reporter.close();
  expect(screenOf(stream.text)[0]).toMatch(/^cost: \$12\.50 estimated/);
});

test("without a terminal changing figures are reported every five seconds and when the activity changes", () => {
  const stream = new CapturedStream();
  const reporter = progressReporter({ stderr: stream, env: {} });
  for (let tenth = 0; tenth < 100; tenth += 1) reporter.report(at(tenth / 10, load()));
  reporter.report(at(10, load({ activity: "holding" })));
  expect(stream.text.match(/connecting/g)).toHaveLength(2);
  expect(stream.text.match(/holding/g)).toHaveLength(1);
});

test.each([{ CI: "true" }, { TERM: "dumb" }])("with %o lines are appended", (env) => {
  const stream = terminal();
  const reporter = progressReporter({ stderr: stream, env });
  for (const event of untilLoad) reporter.report(event);
  reporter.close();
  expect(stream.text).not.toContain(ESCAPE);
  expect(stream.text).toContain("preflight: started");
});

const COLOUR = `${ESCAPE}[36m`;

test.each([
  [{ TERM: "xterm" }, true],
  [{ TERM: "xterm", NO_COLOR: "1" }, false],
  [{ TERM: "xterm", FORCE_COLOR: "0" }, false],
  [{ FORCE_COLOR: "1" }, true],
])("with %o a terminal's live view is in colour: %s", (env, isColoured) => {
  const stream = terminal();
  const reporter = progressReporter({ stderr: stream, env });
  for (const event of untilLoad) reporter.report(event);
  reporter.close();
  expect(stream.text).toContain("gke-cloud 1 of 3 created");
  expect(stream.text.includes(COLOUR)).toBe(isColoured);
});

test("a terminal shows one view that is redrawn in place, and keeps the last state", () => {
  const stream = terminal();
  const clock = new HandClock();
  const reporter = progressReporter({ stderr: stream, env: { TERM: "xterm" } }, clock);
  for (const event of loading) {
    clock.at = Date.parse(event.at);
    reporter.report(event);
  }
  reporter.close();
  const screen = screenOf(stream.text);
  expect(screen.filter((line) => line.includes("preflight"))).toHaveLength(1);
  expect(screen.at(-1)).toContain("connections 4,500 of 10,000");
});

test("notes stay on a terminal, above the view", () => {
  const stream = terminal();
  const reporter = progressReporter({ stderr: stream, env: {} }, new HandClock());
  for (const event of untilLoad) reporter.report(event);
  reporter.report(at(6, { type: "note", level: "warning", message: "rate limited" }));
  reporter.writeLine("stopping");
  for (const event of loading.slice(untilLoad.length)) reporter.report(event);
  reporter.close();
  const screen = screenOf(stream.text);
  expect(screen.slice(0, 2)).toEqual(["warning: rate limited", "stopping"]);
  expect(screen[2]).toMatch(/^refbench gke/);
});

test("a burst of events is drawn once", () => {
  const stream = terminal();
  const clock = new HandClock();
  const reporter = progressReporter({ stderr: stream, env: {} }, clock);
  reporter.report(at(0, { type: "stage.started", stage: "load" }));
  const once = stream.text.length;
  for (let i = 0; i < 1000; i += 1) reporter.report(at(0, load({ users: i })));
  expect(stream.text).toHaveLength(once);
  clock.at += 1000;
  reporter.report(at(1, load({ users: 77 })));
  expect(stream.text.length).toBeGreaterThan(once);
  reporter.close();
});

test("after it is closed nothing is drawn, and later output begins on a separate line", () => {
  const stream = terminal();
  const reporter = progressReporter({ stderr: stream, env: {} });
  for (const event of loading) reporter.report(event);
  reporter.close();
  const last = stream.text;
  reporter.report(at(30, load()));
  reporter.close();
  expect(stream.text).toBe(last);
  expect(last.endsWith("\n")).toBe(true);
});

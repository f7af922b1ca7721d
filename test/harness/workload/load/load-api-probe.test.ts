import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { loadResult, type Phase } from "../../../../harness/model/record/worker-result.ts";
import { freezing, refusing } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const CLOSE = { windowMs: 100, probeEveryMs: 10 };

test("the probe reads the API alternately without a session and with a separate one, in every window", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { holdMs: 600 } }), { pace: CLOSE });
  expect(loadResult.parse(result)).toEqual(result);
  expect(coder.calls.filter((call) => call === "GET /buildinfo").length).toBeGreaterThan(20);
  const probed = result.histograms.find(({ phase }) => phase === "api-probe");
  const felt = (result.windows ?? []).map(({ probe }) => probe?.count ?? 0);
  expect(felt.reduce((sum, each) => sum + each, 0)).toBe(probed?.count);
  expect(coder.tokensLeft()).toEqual([]);
});

test("the probe is recorded by stage, and no probe was answered sooner than it was due", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { holdMs: 600 } }), { pace: CLOSE });
  const at = (phase: Phase, basis: "intended" | "raw") =>
    result.histograms.find((each) => each.phase === phase && each.basis === basis)!;
  const [intended, raw] = (["intended", "raw"] as const).map((basis) =>
    decodeFromCompressedBase64(at("api-probe", basis).hdr),
  );
  for (let percentile = 0; percentile <= 100; percentile += 5)
    expect(raw!.getValueAtPercentile(percentile)).toBeLessThanOrEqual(
      intended!.getValueAtPercentile(percentile),
    );
  const whole = at("api-probe", "raw").count;
  expect(at("api-probe-hold", "raw").count).toBeGreaterThan(10);
  expect(at("api-probe-arrivals", "raw").count + at("api-probe-hold", "raw").count).toBeLessThan(whole);
  const stages = new Set((result.windows ?? []).map(({ stage }) => stage));
  expect(stages).toContain("hold");
});

test("windows follow each other without a gap and add up to the whole load", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { holdMs: 600 } }), { pace: CLOSE });
  const windows = result.windows ?? [];
  expect(windows.length).toBeGreaterThan(5);
  windows.slice(1).forEach(({ startMs }, index) => expect(startMs).toBe(windows[index]?.endMs));
  const held = result.histograms
    .filter(({ phase, basis }) => /^(opening|held|closing)-command$/.test(phase) && basis === "raw")
    .reduce((sum, { count }) => sum + count, 0);
  expect(windows.reduce((sum, { commands }) => sum + commands, 0)).toBe(held);
  expect(windows.some(({ paced, terminal }) => paced === true && terminal > 0)).toBe(true);
  expect(windows.filter(({ activity }) => activity.startsWith("deleting")).every(({ paced }) => !paced)).toBe(
    true,
  );
});

test("a load under which others suffer stops automatically, reports their latency, and deletes what it made", async () => {
  await using coder = await startEmulatedCoder({
    buildMs: 200,
    answers: [freezing({ afterMs: 100, forMs: 1500 })],
  });
  const task = loadTaskFor(coder, {
    workspaces: 30,
    users: 3,
    arrival: [{ perSecond: 15, seconds: 2 }],
    abortOn: { apiP95Ms: 400 },
  });
  const { result, events } = await runLoadHere(task, { pace: CLOSE });
  expect(result.stopped).toBe(false);
  expect(result.aborted).toMatch(
    /p95 of its last \d+ requests was \d+ ms \(at most 400 ms\).*Other users felt/,
  );
  // A freeze is felt while it lasts, not when it is over.
  expect(result.aborted).toMatch(/ [1-9]\d* have no answer yet/);
  expect(events).toContainEqual({
    type: "note",
    message: expect.stringMatching(/the load stops and deletes/),
  });
  expect(result.workspaces.created).toBeLessThan(30);
  expect(result.workspaces.deleted).toBe(result.workspaces.created);
  expect(result.users.deleted).toBe(3);
  expect([coder.workspacesLeft(), coder.usersLeft(), coder.tokensLeft()]).toEqual([[], [], []]);
});

test("a probe that is refused counts as failed, and too many of them stop the load", async () => {
  await using coder = await startEmulatedCoder({
    buildMs: 1000,
    answers: [refusing(/^GET \/buildinfo$/, 502, { after: 5 })],
  });
  const task = loadTaskFor(coder, { abortOn: { errorShare: 0.2 } });
  const { result } = await runLoadHere(task, { pace: CLOSE });
  expect(result.aborted).toMatch(/\d+ of its last \d+ requests failed \(at most a share of 0.2\)/);
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "api-error", phase: "api-probe" }));
  expect(coder.workspacesLeft()).toEqual([]);
});

test("without a limit the load continues however slow the API is", async () => {
  await using coder = await startEmulatedCoder({ answers: [freezing({ afterMs: 50, forMs: 700 })] });
  const { result } = await runLoadHere(loadTaskFor(coder), { pace: CLOSE });
  expect(result).not.toHaveProperty("aborted");
  expect(result.workspaces.succeeded).toBe(4);
});

import { decodeFromCompressedBase64, type Histogram } from "hdr-histogram-js";
import { expect, test } from "vitest";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import {
  freezing,
  gathering,
  gatheringSockets,
  NEW_USER,
  NEW_WORKSPACE,
  PTY,
  SSH,
} from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

function histogramOf(result: LoadResult, phase: Phase, basis: "intended" | "raw"): Histogram {
  const found = result.histograms.find((one) => one.phase === phase && one.basis === basis);
  if (found === undefined) throw new Error(`nothing was recorded of ${phase}`);
  return decodeFromCompressedBase64(found.hdr);
}

const ALONE = { connections: { total: 0 }, login: "host", skipAgents: true } as const;

test("a freeze of the server shows in the tail as an open schedule feels it, within 2 % of the analytic value", async () => {
  const [perSecond, workspaces, forMs] = [50, 150, 1500];
  await using coder = await startEmulatedCoder({ answers: [freezing({ afterMs: 500, forMs })] });
  const arrival = [{ perSecond, seconds: 3 }];
  const task = loadTaskFor(coder, { ...ALONE, keep: true, workspaces, arrival });
  const { result } = await runLoadHere(task, { pace: { windowMs: 250 } });

  // Each arrival's latency by the server's clock: from its due time, counted from the first one, to its answer.
  const byDue = coder.creations.toSorted((a, b) => a.askedMs - b.askedMs);
  const felt = byDue
    .map(({ answeredMs }, index) => answeredMs - byDue[0]!.askedMs - (index * 1000) / perSecond)
    .sort((a, b) => a - b);
  const analyticP99Ms = felt[Math.ceil(workspaces * 0.99) - 1]!;
  expect(analyticP99Ms).toBeGreaterThan(forMs - 3 * (1000 / perSecond));

  const intended = histogramOf(result, "create-workspace", "intended");
  expect(intended.totalCount).toBe(workspaces);
  // On a busy machine the load hears of an answer later than it was given, by as much as it knows to be late itself.
  const lagMs = Math.max(...(result.windows ?? []).map(({ generator }) => generator.lagP99Ms));
  const p99Ms = intended.getValueAtPercentile(99) / 1000;
  expect(p99Ms).toBeGreaterThan(0.98 * analyticP99Ms);
  expect(p99Ms).toBeLessThan(1.02 * analyticP99Ms + lagMs);
  // Somebody who sends one after the other would have seen a single slow answer.
  expect(intended.getValueAtPercentile(75) / 1000).toBeGreaterThan(forMs / 4);
});

test("in a closed load a latency counts from when the turn came: nothing waited that the load did not ask for", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 200 });
  const { result } = await runLoadHere(loadTaskFor(coder, { ...ALONE, workspaces: 6, concurrency: 2 }));
  expect(result.arrivals).toBeUndefined();
  expect(result.builds.peakRunning).toBe(2);
  const [intended, raw] = (["intended", "raw"] as const).map((basis) =>
    histogramOf(result, "workspace-ready", basis),
  );
  expect(intended!.totalCount).toBe(6);
  // With the wait for a turn it would be three times as much.
  expect(intended!.maxValue).toBeLessThan(1.5 * raw!.maxValue);
});

const MANY = 150;

test("nothing that is measured waits for another's answer: the server answers only once all of a kind have asked", async () => {
  // Visits of all workspaces are the first terminals, the held ones the next.
  await using coder = await startEmulatedCoder({
    ...{ buildMs: 10, daemons: MANY },
    answers: [NEW_USER, NEW_WORKSPACE, /^DELETE \/users\/[^/]+$/].map((call) => gathering(call, MANY)),
    sockets: [gatheringSockets(PTY, MANY)],
  });
  const task = loadTaskFor(coder, {
    ...{ users: MANY, workspaces: MANY, deployment: { url: coder.url, ssh: "none" } },
    connections: { total: 1, sshShare: 0 },
  });
  const { result } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  expect(result.users).toMatchObject({ created: MANY, deleted: MANY });
  expect(result.workspaces).toMatchObject({ created: MANY, succeeded: MANY, deleted: MANY });
});

test("openings are held back by their schedule alone: the server answers only once all of them have asked", async () => {
  // The visit of each of the four workspaces comes before.
  await using coder = await startEmulatedCoder({
    buildMs: 10,
    sockets: [gatheringSockets(PTY, 100, 4), gatheringSockets(SSH, 50, 4)],
  });
  const connections = { total: 150, sshShare: 1 / 3, commandsPerSecond: 0, holdMs: 10 };
  const { result } = await runLoadHere(loadTaskFor(coder, { connections }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 150, heldTerminal: 100, heldSsh: 50 });
});

test("on an open schedule no arrival waits for those before it, and none is skipped", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 400 });
  const task = loadTaskFor(coder, {
    ...ALONE,
    workspaces: 12,
    concurrency: 1,
    arrival: [{ perSecond: 60, seconds: 1, ramp: true }],
  });
  const { result } = await runLoadHere(task);
  expect(result.arrivals).toMatchObject({ due: 12 });
  expect(result.builds.peakRunning).toBeGreaterThan(1);
  expect(result.workspaces).toMatchObject({ succeeded: 12, deleted: 12 });
});

test("arrivals that the generator itself starts late are counted, with the worst", async () => {
  await using coder = await startEmulatedCoder();
  const task = loadTaskFor(coder, {
    ...ALONE,
    workspaces: 60,
    // Longer than the second between two progress events: one of them falls into it.
    arrival: [{ perSecond: 25, seconds: 3 }],
  });
  const held = { isDone: false };
  const { result } = await runLoadHere(task, {
    onEvent: (event) => {
      if (event.type !== "progress" || held.isDone) return;
      const { queued, building, ready } = event.progress.workspaces;
      if (queued + building + ready === 0) return;
      held.isDone = true;
      const until = performance.now() + 400;
      while (performance.now() < until);
    },
  });
  expect(held.isDone).toBe(true);
  expect(result.arrivals?.late).toBeGreaterThan(5);
  expect(result.arrivals?.lateMaxMs).toBeGreaterThan(100);
  expect(result.generator.limited).toBe(true);
  expect(result.generator.reasons.join()).toMatch(/lateness in the arrivals/);
  expect(result.arrivals?.due).toBe(60);
});

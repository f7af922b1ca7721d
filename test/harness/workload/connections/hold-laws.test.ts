import { describe, expect, test } from "vitest";
import { failsRun } from "../../../../harness/model/record/objective-words.ts";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { OBJECTIVES, objectivesFor } from "../../../../reference-architectures/objectives.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { type FaultRule, startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { histogramOf } from "../../../support/results/histogram-of.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

/** Each of the four workspaces is visited in one terminal before the others are held. */
const held = (rule: Omit<FaultRule, "match" | "skip">): FaultRule => ({ ...rule, match: /\/pty\?/, skip: 4 });
/** By so many bytes a terminal has answered its upgrade and the word by which a shell is recognised. */
const VERIFIED = 178;

/** Names of the objectives that fail the run. */
function missed(result: LoadResult, { simulated }: { readonly simulated: boolean }): string[] {
  const figures = { workspaces: 4, concurrentBuilds: 2 };
  const objectives = objectivesFor(OBJECTIVES, { size: "canary", figures, simulated });
  const { connections } = result;
  const judged = judge(objectives, { ...result, connections: { ...connections, sshPath: "tunnel" } });
  return judged.filter(failsRun).map(({ name }) => name);
}

const p50Ms = (result: LoadResult, phase: Phase): number =>
  histogramOf(result, phase).getValueAtPercentile(50) / 1000;

describe.concurrent("a hold", () => {
  test("in which the server stops for 8 of 10 s cannot pass, neither real nor rehearsed", async () => {
    await using coder = await startEmulatedCoder();
    await using proxy = await startFaultProxy({ target: coder.url, rules: [] });
    let isFrozen = false;
    const task = loadTaskFor(coder, {
      deployment: { url: proxy.url, ssh: "tunnel" },
      connections: { total: 20, holdMs: 10_000, commandsPerSecond: 50 },
      timeouts: { commandMs: 60_000 },
      probeEveryMs: 250,
    });
    const { result } = await runLoadHere(task, {
      onEvent: (event) => {
        if (isFrozen || event.type !== "progress" || event.progress.activity !== "holding") return;
        isFrozen = true;
        proxy.freeze(8_000);
      },
    });
    // Nothing is lost and everything answers in the end: only the duration shows the fault.
    expect(result.connections).toMatchObject({ held: 20, lost: 0, failed: 0 });
    expect(result.failures.filter(({ phase }) => phase !== "api-probe")).toEqual([]);
    for (const simulated of [false, true])
      expect(missed(result, { simulated })).toEqual(
        expect.arrayContaining(["held-command-p95", "api-worst-window"]),
      );
  });

  test("whose shells answer 8 s late cannot pass, not even with the four connections of a canary", async () => {
    await using coder = await startEmulatedCoder();
    const rules = [held({ fault: { kind: "slow", afterBytes: VERIFIED, ms: 8_000 } })];
    await using proxy = await startFaultProxy({ target: coder.url, rules });
    const task = loadTaskFor(coder, {
      deployment: { url: proxy.url, ssh: "tunnel" },
      connections: { total: 4, sshShare: 0, holdMs: 1_000, commandsPerSecond: 4 },
      timeouts: { commandMs: 60_000 },
    });
    const { result } = await runLoadHere(task);
    expect(result.connections).toMatchObject({ held: 4 });
    for (const simulated of [false, true])
      expect(missed(result, { simulated })).toEqual(
        expect.arrayContaining(["held-command-p95", "closing-command-p95"]),
      );
  });

  test("counts as held only what carries to the end: most agents die, and their sockets still answer pings", async () => {
    await using coder = await startEmulatedCoder();
    let isOver = false;
    const task = loadTaskFor(coder, {
      // No command after the opening: the closing round alone finds them.
      connections: { total: 10, sshShare: 0, holdMs: 1_500, commandsPerSecond: 0 },
      timeouts: { commandMs: 6_000 },
    });
    const { result } = await runLoadHere(task, {
      onEvent: (event) => {
        if (isOver || event.type !== "progress" || event.progress.activity !== "holding") return;
        isOver = true;
        coder.letAgentsDie(8);
      },
    });
    expect(result.connections).toMatchObject({ asked: 10, held: 2, verified: 10, lost: 0, failed: 8 });
    expect(result.failures).toEqual([
      expect.objectContaining({ class: "silent-connection", phase: "closing-command", count: 8 }),
    ]);
    expect(missed(result, { simulated: true })).toContain("connections-held");
    const closing = result.histograms.find(({ phase }) => phase === "closing-command");
    expect(closing).toMatchObject({ count: 10, failed: 8 });
  });

  test("proves terminals that carry traffic by a last nonce too, and reports the age of each proof", async () => {
    await using coder = await startEmulatedCoder();
    const task = loadTaskFor(coder, {
      connections: { total: 8, holdMs: 500, commandsPerSecond: 20 },
      traffic: { bytesPerTick: 500, tickMs: 100 },
    });
    const { result } = await runLoadHere(task);
    expect(result.connections).toMatchObject({ held: 8, failed: 0 });
    expect(histogramOf(result, "closing-command").totalCount).toBe(8);
    const { p50Ms: median, maxMs } = result.connections.lastProof ?? { p50Ms: -1, maxMs: -2 };
    expect(median).toBeGreaterThanOrEqual(0);
    expect(maxMs).toBeGreaterThanOrEqual(median);
  });

  test("is not diluted by a slow opening, nor the opening by it", async () => {
    await using coder = await startEmulatedCoder();
    const rules = [held({ fault: { kind: "slow-first-byte", ms: 2_000 } })];
    await using proxy = await startFaultProxy({ target: coder.url, rules });
    const task = loadTaskFor(coder, {
      deployment: { url: proxy.url, ssh: "tunnel" },
      connections: { total: 8, sshShare: 0, holdMs: 500, commandsPerSecond: 100 },
    });
    const { result } = await runLoadHere(task);
    expect(p50Ms(result, "terminal-first-byte")).toBeGreaterThanOrEqual(2_000);
    expect(p50Ms(result, "held-command")).toBeLessThan(p50Ms(result, "terminal-first-byte") / 2);
    expect(p50Ms(result, "visit-terminal-first-byte")).toBeLessThan(p50Ms(result, "terminal-first-byte") / 2);
  });
});

test("an opening that is refused at once counts as its timeout, from both starts", async () => {
  await using coder = await startEmulatedCoder();
  const rules = [held({ fault: { kind: "answer", status: 503 }, count: 3 })];
  await using proxy = await startFaultProxy({ target: coder.url, rules });
  const task = loadTaskFor(coder, {
    deployment: { url: proxy.url, ssh: "tunnel" },
    connections: { total: 8, sshShare: 0 },
  });
  const { result } = await runLoadHere(task);
  const opened = result.histograms.filter(({ phase }) => phase === "terminal-first-byte");
  expect(opened).toMatchObject([
    { basis: "intended", count: 8, failed: 3 },
    { basis: "raw", count: 8, failed: 3 },
  ]);
  expect(histogramOf(result, "terminal-first-byte").getValueAtPercentile(75) / 1000).toBeGreaterThanOrEqual(
    task.timeouts.connectMs * 0.999,
  );
});

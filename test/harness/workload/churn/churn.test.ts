import { describe, expect, test } from "vitest";
import type { ScenarioData } from "../../../../harness/model/scenarios/scenario-data.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { countParts } from "../../../../harness/workload/parts/plan-parts.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { histogramOf } from "../../../support/results/histogram-of.ts";

const CHURN: NonNullable<ScenarioData["churn"]> = {
  ...{ forMs: 3_000, periodMs: 1_000, connections: 8, opensPerSecond: 100 },
  ...{ restartsPerHour: 7_200, replacementsPerHour: 3_600, dropsPerHour: 14_400, commandsPerSecond: 20 },
};

function churnTask(
  coder: { readonly url: string; readonly token: string },
  churn: Partial<typeof CHURN> = {},
) {
  return loadTaskFor(coder, {
    scenario: "churn",
    churn: { ...CHURN, ...churn },
    connections: { total: 0, sshShare: 0.25 },
  });
}

describe.concurrent("a long load", () => {
  test("restarts and replaces workspaces and drops connections at its rates, and everything is there at its end", async () => {
    await using coder = await startEmulatedCoder();
    const { result } = await runLoadHere(churnTask(coder));
    expect(result.failures).toEqual([]);
    expect(result.churn).toMatchObject({
      ...{ places: 8, openAtEnd: 8, workspaces: 4, readyAtEnd: 4, missingAtEnd: 0 },
      interruptions: [],
    });
    const { periods = [], created = 0, deleted = 0 } = result.churn ?? {};
    expect(periods.map(({ period }) => period)).toEqual(["1", "2", "3"]);
    const sum = (key: "restarted" | "replaced" | "dropped" | "lost"): number =>
      periods.reduce((total, period) => total + period[key], 0);
    expect(sum("dropped")).toBeGreaterThan(0);
    expect(sum("lost")).toBe(0);
    expect(created).toBeGreaterThan(0);
    expect(deleted).toBe(created);
    // What one period counts, the whole load counts too.
    const commands = periods.flatMap(({ histograms }) =>
      histograms.filter(({ phase }) => phase === "held-command").map(({ count }) => count),
    );
    expect(commands.reduce((total, count) => total + count, 0)).toBe(
      histogramOf(result, "held-command").totalCount,
    );
    expect(result.workspaces.deleted).toBe(4);
    expect(coder.workspacesLeft()).toEqual([]);
  });

  test("survives a restart of Coder, and says what that cost", async () => {
    await using coder = await startEmulatedCoder();
    await using proxy = await startFaultProxy({ target: coder.url, rules: [] });
    const task = churnTask(
      { url: proxy.url, token: coder.token },
      { forMs: 5_000, restartsPerHour: 0, replacementsPerHour: 0, dropsPerHour: 0 },
    );
    let isGone = false;
    const { result } = await runLoadHere(task, {
      onEvent: (event) => {
        if (isGone || event.type !== "progress" || event.progress.connections.terminal < 6) return;
        if (!event.progress.activity.startsWith("workspaces and connections")) return;
        isGone = true;
        proxy.restart(1_000);
      },
    });
    expect(result.churn).toMatchObject({ places: 8, openAtEnd: 8, readyAtEnd: 4 });
    const [interruption] = result.churn?.interruptions ?? [];
    expect(interruption?.lost).toBeGreaterThanOrEqual(6);
    expect(interruption?.failures).toBeGreaterThanOrEqual(interruption?.lost ?? Infinity);
    expect((interruption?.endMs ?? 0) - (interruption?.startMs ?? 0)).toBeGreaterThan(0);
    expect(result.failures.map((failure) => failure.class)).toContain("connection-lost");
    expect(coder.workspacesLeft()).toEqual([]);
  });
});

test("a long load is the load of one worker, whatever it asks for", () => {
  const task = churnTask({ url: "http://127.0.0.1:1", token: "t" }, { connections: 5_000 });
  expect(countParts(task)).toBe(1);
  expect(splitLoad(task, countParts(task))).toEqual([task]);
});

import { expect, test } from "vitest";
import type { LoadRunner, TaskOptions, WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import { WorkerLost } from "../../../../harness/model/ports/worker-lost.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { LoadWindow } from "../../../../harness/model/record/worker-result.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { splitRunner } from "../../../../harness/workload/parts/split-runner.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";

const { signal } = new AbortController();
const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" }, { users: 4, workspaces: 8 });

test("a worker killed in the hold is a marked loss: the others go on, nothing of it is Coder's failure, and the drain deletes what it left", async () => {
  await using coder = await startEmulatedCoder();
  const whole = loadTaskFor(coder, {
    ...{ prefix: "bench-lost", users: 3, workspaces: 6 },
    connections: { total: 30, holdMs: 2_000, rampPerSecond: 100, commandsPerSecond: 50 },
  });
  const pids = new Map<number, number>();
  const local = localWorkerRunner();
  const runner: LoadRunner = {
    load: (part, options) =>
      local.load(part, {
        ...options,
        onEvent: (event) => {
          if (event.type === "hello") pids.set(part.part?.index ?? -1, event.pid);
          options.onEvent(event);
        },
      }),
  };
  const startedMs = Date.now();
  const result = await splitRunner(runner, 3).load(whole, {
    signal,
    onEvent: (event) => {
      const pid = pids.get(1);
      if (pid === undefined || !holdsAll(event, 30)) return;
      pids.delete(1);
      process.kill(pid, "SIGKILL");
    },
  });
  expect(result.lostParts).toMatchObject([
    { part: 2, of: 3, wentDown: 10, unmeasured: { workspaces: 0, connections: 10 } },
  ]);
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ asked: 30, held: 20, lost: 0, failed: 0 });
  // Its builds were reported before the hold.
  expect(result.workspaces).toMatchObject({ asked: 6, succeeded: 6, failed: 0, deleted: 4 });
  expect(result.builds.jobs).toHaveLength(6);
  const [lost] = result.lostParts ?? [];
  for (const { endMs, lostParts } of result.windows ?? [])
    expect(lostParts).toBe(endMs > (lost?.knownUntilMs ?? 0) ? 1 : undefined);

  const record = await recordOfResult(whole, result, { startedMs });
  expect(selfAudit(record)).toEqual([]);
  expect(record.verdict).toMatch(/^(harness-error|generator-limited)$/);
  expect(record.objectives.filter(({ judged, value }) => judged !== false && value !== undefined)).toEqual(
    [],
  );

  expect(coder.workspacesLeft()).toHaveLength(2);
  const drained = await local.drain(
    {
      ...{ task: "drain", deployment: { url: coder.url, ssh: "none" }, token: coder.token },
      ...{ concurrency: 0, timeoutMs: 20_000 },
    },
    { signal, onEvent: () => undefined },
  );
  expect(drained.remaining).toEqual([]);
  expect(coder.workspacesLeft()).toEqual([]);
}, 60_000);

test.each([
  ["memory", "generator-limited"],
  ["cpu", "generator-limited"],
  ["disruption", "harness-error"],
  ["node", "harness-error"],
  ["unknown", "harness-error"],
] as const)("a part lost by %s ends in %s, whatever was measured", async (loss, verdict) => {
  const result = await splitRunner(losing({ loss }), 2).load(task, { signal, onEvent: () => undefined });
  const record = await recordOfResult(task, result, { startedMs: Date.now() - 20_000 });
  expect(record.verdict).toBe(verdict);
  expect(record.reasons[0]).toMatch(/part 2 of 2 was lost on node-b \d+ s into the load \(.*\): it is gone/);
});

test("a record that claims a pass, or judges an objective, by a load that lost a part breaks a rule", async () => {
  const result = await splitRunner(losing({ loss: "memory" }), 2).load(task, {
    signal,
    onEvent: () => undefined,
  });
  const record = await recordOfResult(task, result, { startedMs: Date.now() - 20_000 });
  const rules = (changed: Partial<typeof record>): readonly string[] =>
    selfAudit({ ...record, ...changed }).map(({ rule }) => rule);
  const honest = rules({});
  expect(honest).not.toContain("lost-parts-are-told");
  for (const verdict of ["pass", "slo-failed"] as const)
    expect(rules({ verdict })).toContain("lost-parts-are-told");
  const objectives = record.objectives.map((one) => ({ ...one, met: true, judged: undefined, value: 1 }));
  expect(rules({ objectives })).toContain("lost-parts-are-told");
  const windows = (result.windows ?? []).map((window) => ({ ...window, lostParts: undefined }));
  const measurements = { ...record.measurements!, windows };
  expect(rules({ measurements })).toContain("lost-parts-are-told");
  const generator = { ...record.measurements!.generator, limited: false, reasons: [] };
  expect(rules({ measurements: { ...record.measurements!, generator } })).toContain("lost-parts-are-told");
});

test("a part lost before the load has begun, or all parts, end the load with an error", async () => {
  const run = (options: Parameters<typeof losing>[0]) =>
    splitRunner(losing(options), 2).load(task, { signal, onEvent: () => undefined });
  await expect(run({ loss: "memory", early: true })).rejects.toThrow("part 2 of 2 failed: it is gone");
  await expect(run({ loss: "node", all: true })).rejects.toThrow(/part \d of 2 failed: it is gone/);
});

test("if the part that observes is lost, the observation says so", async () => {
  const observing = { ...task, observe: { places: [] } };
  const isFirst = (part: LoadTask): boolean => part.part?.index === 0;
  const run = async (isLost: (part: LoadTask) => boolean) => {
    const result = await splitRunner(losing({ loss: "node", isLost }), 2).load(observing, {
      ...{ signal, onEvent: () => undefined },
    });
    return result.observation?.unseen;
  };
  expect(await run(isFirst)).toEqual([
    expect.objectContaining({ why: "the worker that observed it was lost: it is gone" }),
  ]);
  expect(await run((part) => !isFirst(part))).toBeUndefined();
});

/** A runner whose second part, or all, are lost in the hold, or before the load. */
function losing({
  loss,
  early = false,
  all = false,
  isLost: isLostPart = (part) => all || part.part?.index === 1,
}: {
  readonly loss: WorkerLost["loss"];
  readonly early?: boolean;
  readonly all?: boolean;
  readonly isLost?: (part: LoadTask) => boolean;
}): LoadRunner {
  return {
    load: async (part, { onEvent, onWaiting, signal: stop }: TaskOptions) => {
      const isLost = isLostPart(part);
      onEvent({ type: "measured", result: resultOf(part, { ended: false }) });
      if (isLost && early) throw new WorkerLost("it is gone", { loss, node: "node-b" });
      await Promise.race([
        onWaiting?.("arrivals"),
        new Promise((resolve) => stop.addEventListener("abort", resolve)),
      ]);
      if (isLost) throw new WorkerLost("it is gone", { loss, node: "node-b" });
      return resultOf(part, { ended: true });
    },
  };
}

function resultOf({ users, workspaces, connections: { total } }: LoadTask, { ended }: { ended: boolean }) {
  const [succeeded, held] = ended ? [workspaces, total] : [0, 0];
  const endMs = ended ? 15_000 : 5_000;
  return loadResultOf({
    startedAtMs: Date.now() - 15_000,
    users: { asked: users, created: users, withWorkspace: ended ? users : 0, owners: [] },
    workspaces: { asked: workspaces, succeeded },
    connections: { asked: total, held, heldTerminal: held, verified: held, failed: 0 },
    windows: Array.from({ length: endMs / 5_000 }, (_, index) => windowOf(index * 5_000, held)),
  });
}

function windowOf(startMs: number, terminal: number): LoadWindow {
  return {
    ...{ startMs, endMs: startMs + 5_000, activity: "holding", queued: 0, building: 0, ready: 0 },
    ...{ terminal, ssh: 0, commands: 0, failures: 0 },
    generator: {
      ...{ slipP99Ms: 0, slipMaxMs: 0, lagP99Ms: 1, eventLoopUtilization: 0, runQueueShare: 0 },
      limited: [],
    },
  };
}

function holdsAll(event: WorkerEvent, total: number): boolean {
  if (event.type !== "progress" || event.progress.activity !== "holding") return false;
  const { terminal, ssh } = event.progress.connections;
  return terminal + ssh === total;
}

import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { findLimit } from "../../../../harness/workload/limit-search/limit-search.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { narrowWay } from "../../../support/network/narrow-way.ts";
import { inProcessWorker } from "../../../support/in-process-worker.ts";

const signal = new AbortController().signal;

test("connections to workspaces that stay are raised to what the way to them carries, and confirmed there", async () => {
  await using coder = await startEmulatedCoder();
  await using way = await narrowWay(coder.url, 37);
  await coder.addWorkspace("w-0", "running");
  await coder.addWorkspace("w-1", "running");
  const task = loadTaskFor(
    { url: way.url, token: coder.token },
    {
      existing: { namePrefix: "w-" },
      // How busy this machine is must not be the limit that is found.
      generatorLimits: {
        ...{ slipP99Ms: 60_000, slipMaxMs: 60_000, lagP99Ms: 60_000 },
        ...{ eventLoopUtilization: 2, runQueueShare: 100 },
      },
      connections: { total: 10, sshShare: 0, holdMs: 50, commandsPerSecond: 20 },
    },
  );
  const found = await findLimit("connections", {
    ...{ runner: inProcessWorker, task, from: 10, upTo: 200, resolution: 2, clock: systemClock, signal },
    judge: ({ connections: { held, asked } }) =>
      held === asked ? [] : [`${asked - held} of ${asked} connections were not held`],
  });
  expect(found).toMatchObject({ ended: "found", limit: 36, isConfirmed: true });
  expect(found.reasons[0]).toContain("of 38 connections were not held");
}, 60_000);

import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { workerEvent } from "../../../../harness/model/ports/worker.ts";
import { loadResult } from "../../../../harness/model/record/worker-result.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

test("a load takes every workspace from its creation to its deletion and leaves nothing", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder));

  expect(loadResult.parse(result)).toEqual(result);
  expect(result.failures).toEqual([]);
  expect(result.stopped).toBe(false);
  expect(result.users).toEqual({ asked: 2, created: 2, withWorkspace: 2, deleted: 2 });
  expect(result.workspaces).toEqual({ asked: 4, created: 4, ready: 4, succeeded: 4, failed: 0, deleted: 4 });
  expect(coder.workspacesLeft()).toEqual([]);
  expect(coder.usersLeft()).toEqual([]);
});

test("all connections are held at the same time, each verified, split as asked", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { total: 20, sshShare: 0.3 } }));
  expect(result.connections).toMatchObject({
    asked: 20,
    held: 20,
    heldSsh: 6,
    heldTerminal: 14,
    verified: 20,
    lost: 0,
  });
});

test("the server's gauge is taken while the connections are held", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { total: 8, holdMs: 2500 } }));
  expect(result.connections.serverGauge).toEqual({ terminal: 6, ssh: 2 });
});

test("without an SSH path every connection is a terminal and no workspace is asked by SSH", async () => {
  await using coder = await startEmulatedCoder({ faults: { refuseSsh: names(4) } });
  const deployment = { url: coder.url, ssh: "none" } as const;
  const { result } = await runLoadHere(loadTaskFor(coder, { deployment }));
  expect(result.workspaces.succeeded).toBe(4);
  expect(result.connections).toMatchObject({ held: 8, heldTerminal: 8, heldSsh: 0 });
});

test("every phase is measured from its intended and from its real start", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder));
  const counted = new Map(result.histograms.map(({ phase, basis, count }) => [`${phase} ${basis}`, count]));
  for (const basis of ["intended", "raw"]) {
    for (const phase of [
      "create-workspace",
      "build-queue",
      "build",
      "workspace-ready",
      "command",
      "delete-workspace",
    ])
      expect(counted.get(`${phase} ${basis}`), phase).toBe(4);
    // Visits, ramp, hold and closing round apart: none dilutes another.
    expect(counted.get(`visit-ssh-handshake ${basis}`)).toBe(4);
    expect(counted.get(`visit-terminal-first-byte ${basis}`)).toBe(4);
    expect(counted.get(`ssh-handshake ${basis}`)).toBe(2);
    expect(counted.get(`terminal-first-byte ${basis}`)).toBe(6);
    expect(counted.get(`opening-command ${basis}`)).toBe(8);
    expect(counted.get(`held-command ${basis}`)).toBe(10);
    expect(counted.get(`closing-command ${basis}`)).toBe(8);
  }
  for (const { hdr, count } of result.histograms)
    expect(decodeFromCompressedBase64(hdr).totalCount).toBe(count);
});

test("the wait for a turn counts in the intended latency and not in the raw one", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 100 });
  const { result } = await runLoadHere(loadTaskFor(coder, { workspaces: 4, cleanupConcurrency: 0 }));
  const p50 = (basis: "intended" | "raw"): number => {
    const found = result.histograms.find((one) => one.phase === "workspace-ready" && one.basis === basis)!;
    return decodeFromCompressedBase64(found.hdr).getValueAtPercentile(50);
  };
  expect(p50("intended")).toBeGreaterThanOrEqual(p50("raw"));
});

test("with a concurrency of one no two workspaces are built at once", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 30 });
  const { result } = await runLoadHere(loadTaskFor(coder, { concurrency: 1 }));
  expect(result.workspaces.succeeded).toBe(4);
  expect(result.builds.peakRunning).toBe(1);
});

test("all at once means that builds run at the same time", async () => {
  await using coder = await startEmulatedCoder({ buildMs: 300, daemons: 4 });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.builds).toMatchObject({ capacity: 4, peakRunning: 4 });
});

test("workspace i belongs to user i mod users, counted from the part's first index", async () => {
  await using coder = await startEmulatedCoder();
  const events = await runLoadHere(loadTaskFor(coder, { firstIndex: 10, users: 3, workspaces: 4 }));
  expect(events.result.users).toMatchObject({ created: 3, withWorkspace: 3 });
  expect(events.result.workspaces.deleted).toBe(4);
});

test("users without a workspace are created and deleted too", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { users: 5, workspaces: 2 }));
  expect(result.users).toEqual({ asked: 5, created: 5, withWorkspace: 2, deleted: 5 });
  expect(coder.usersLeft()).toEqual([]);
});

test("progress is reported in events of the protocol, at most four a second", async () => {
  await using coder = await startEmulatedCoder();
  const startedMs = performance.now();
  const { events } = await runLoadHere(loadTaskFor(coder, { connections: { holdMs: 1200 } }));
  const elapsedMs = performance.now() - startedMs;
  for (const event of events) expect(workerEvent.safeParse(event).success).toBe(true);
  const progress = events.flatMap((event) => (event.type === "progress" ? [event.progress] : []));
  expect(progress.length).toBeGreaterThan(1);
  expect(progress.length).toBeLessThanOrEqual(elapsedMs / 250 + 2);
  expect(progress.map(({ activity }) => activity)).toContain("holding");
});

test("no report of the load contains the caller's token", async () => {
  await using coder = await startEmulatedCoder({ faults: { refuseWorkspace: ["bench-t-1"] } });
  const { result, events } = await runLoadHere(loadTaskFor(coder));
  expect(JSON.stringify([result, events])).not.toContain(coder.token);
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `bench-t-${i}`);
}

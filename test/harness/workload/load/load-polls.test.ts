import { expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { mergePolls, PollLedger } from "../../../../harness/workload/context/poll-ledger.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { type FaultRule, startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const POLL = /^GET \/api\/v2\/workspaces\/[0-9a-f-]+ /;

async function loadThrough(rules: readonly FaultRule[], timeouts: Partial<LoadTask["timeouts"]> = {}) {
  await using coder = await startEmulatedCoder();
  await using proxy = await startFaultProxy({ target: coder.url, rules, seed: 3 });
  const deployment = { url: proxy.url, ssh: "tunnel" } as const;
  const { result } = await runLoadHere(
    loadTaskFor(coder, { deployment, timeouts, connections: { total: 0 } }),
  );
  return { result, played: proxy.played, left: coder.workspacesLeft() };
}

test.concurrent("polls are counted, and if all are answered none is lost", async () => {
  const { result } = await loadThrough([]);
  expect(result.polls).toMatchObject({ lost: 0, lostBy: [] });
  // Each workspace is seen at least once ready and once gone.
  expect(result.polls?.asked).toBeGreaterThanOrEqual(8);
});

test.concurrent("lost polls fail no workspace, and each is counted by what came in its place", async () => {
  const { result, played } = await loadThrough([
    { match: POLL, share: 0.5, fault: { kind: "answer", status: 503 } },
    { match: POLL, share: 0.3, fault: { kind: "refuse" } },
  ]);
  expect(result.failures).toEqual([]);
  expect(result.workspaces).toMatchObject({ succeeded: 4, deleted: 4 });
  const { answer: unavailable = 0, refuse = 0 } = played;
  expect(unavailable).toBeGreaterThan(0);
  expect(result.polls?.lost).toBe(unavailable + refuse);
  expect(result.polls?.lostBy).toContainEqual({
    answer: "503",
    count: unavailable,
    example: expect.stringContaining("503 injected 503"),
  });
});

test.concurrent("a timeout names the last poll that was lost", async () => {
  const { result } = await loadThrough([{ match: POLL, fault: { kind: "answer", status: 503 } }], {
    buildMs: 500,
    deleteMs: 500,
  });
  expect(result.failures).toContainEqual(
    expect.objectContaining({
      class: "build-timeout",
      count: 4,
      example: expect.stringMatching(/^build is unknown after 500 ms; the last poll was lost: GET .*503/),
    }),
  );
});

test.concurrent("a poll that trickles ends with the deadline of its build", async () => {
  const { result } = await loadThrough(
    [{ match: POLL, fault: { kind: "trickle", bytes: 1, everyMs: 2_000 } }],
    { buildMs: 500, deleteMs: 500 },
  );
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "build-timeout", count: 4 }));
  expect(result.failures).toContainEqual(
    expect.objectContaining({
      class: "workspace-delete",
      example: expect.stringMatching(/^still there after 500 ms/),
    }),
  );
});

test("a stopped or unsent request is not a poll, and a missing workspace is an answer", () => {
  const ledger = new PollLedger();
  expect(ledger.counted()).toBeUndefined();
  const failed = (kind: "aborted" | "exhausted" | "malformed" | "status", status?: number) =>
    ledger.heard({
      ok: false,
      failure: { kind, message: kind, ...(status === undefined ? {} : { status }) },
    });
  failed("aborted");
  failed("exhausted");
  failed("status", 404);
  failed("malformed", 200);
  failed("malformed", 200);
  ledger.heard({ ok: true, status: 200, value: undefined });
  expect(ledger.counted()).toEqual({
    asked: 4,
    lost: 2,
    lostBy: [{ answer: "malformed", count: 2, example: "malformed" }],
  });
});

test("polls of parts add up by kind", () => {
  const part = (answer: string, count: number) => ({
    asked: 10,
    lost: count,
    lostBy: [{ answer, count, example: answer }],
  });
  expect(mergePolls([part("503", 1), undefined, part("malformed", 2), part("503", 4)])).toEqual({
    asked: 30,
    lost: 7,
    lostBy: [
      { answer: "503", count: 5, example: "503" },
      { answer: "malformed", count: 2, example: "malformed" },
    ],
  });
  expect(mergePolls([undefined])).toBeUndefined();
});

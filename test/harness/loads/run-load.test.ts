import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildLoadRecord } from "../../../harness/loads/record.ts";
import { runLoadByHand } from "../../../harness/loads/run-load.ts";
import { CoderClient } from "../../../harness/coder/client.ts";
import { CoderHttp } from "../../../harness/coder/http/http.ts";
import { systemClock } from "../../../harness/tools/time/clock.ts";
import { RefbenchError } from "../../../harness/tools/error.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import type { LoadRunner } from "../../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../harness/model/ports/worker-task.ts";
import { resultsText } from "../../../harness/results/output/text.ts";
import type { DeploymentLook } from "../../../harness/workload/checks/guard-look.ts";
import { startFaultProxy } from "../../support/network/fault-proxy.ts";
import { startEmulatedCoder, type EmulatedCoder } from "../../support/coder/emulated-coder.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { loadTaskFor } from "../../support/command/load-task.ts";

const RUN_ID = "01m81gbh13njzasbgq847qym32";
const PREFIX = "bench-sbgq847qym32";

let coder: EmulatedCoder;
beforeEach(async () => (coder = await startEmulatedCoder({ faults: { failDelete: [`${PREFIX}-9`] } })));
afterEach(() => coder[Symbol.asyncDispose]());

const PASSED: LoadResult = {
  stopped: false,
  users: { asked: 2, created: 2, withWorkspace: 2, deleted: 2 },
  workspaces: { asked: 4, created: 4, ready: 4, succeeded: 4, failed: 0, deleted: 4 },
  builds: { capacity: 2, peakRunning: 2, timeWeightedRunning: 1 },
  connections: { asked: 0, held: 0, heldTerminal: 0, heldSsh: 0, verified: 0, lost: 0 },
  failures: [],
  histograms: [],
  generator: {
    slipP99Ms: 1,
    slipMaxMs: 1,
    eventLoopUtilization: 0.1,
    maxRssMib: 90,
    cpuSeconds: 1,
    limited: false,
    reasons: [],
  },
};

const judged = (over: Partial<LoadResult>): LoadRunner => ({
  load: () => Promise.resolve({ ...PASSED, ...over }),
});

interface Case {
  readonly worker: LoadRunner;
  readonly task?: Partial<Omit<LoadTask, "connections" | "timeouts">>;
  readonly stop?: AbortSignal;
  readonly url?: string;
  readonly timeoutMs?: number;
}

/** The record of a load whose workload ends as the test says; the cleanup after it is the real one. */
async function recordOf({
  worker,
  task: over,
  stop,
  url = coder.url,
  timeoutMs = 0,
}: Case): Promise<RunRecord> {
  const task = loadTaskFor(
    { url, token: coder.token },
    { prefix: PREFIX, connections: { total: 0 }, ...over },
  );
  const never = new AbortController().signal;
  const http = new CoderHttp({ url, clock: systemClock });
  const outcome = await runLoadByHand(task, {
    worker,
    interrupts: { stop: stop ?? never, leave: never },
    reporter: { report: () => undefined },
    clock: fakeClock(),
    callerWith: (signal) => ({
      client: new CoderClient(http, { token: coder.token, isSiteAdmin: true }, signal),
      user: { id: "me", username: "owner", email: "", roles: [] },
      isSiteAdmin: true,
      token: coder.token,
    }),
    timeoutMs,
    cleanupTimeoutMs: 20_000,
    cleanupJobTimeoutMs: 0,
  }).finally(() => http.close());
  const look: DeploymentLook = {
    url,
    id: "deployment-id",
    version: "v2.31.0+abc",
    isEmulated: false,
    caller: "owner",
    isSiteAdmin: true,
    workspaces: { total: 0, building: 0 },
    runs: [],
    builds: { replicas: 1, daemons: 2 },
    inUse: [],
  };
  return buildLoadRecord(outcome, {
    runId: RUN_ID,
    task,
    look,
    maxFailures: undefined,
    cleanup: "refbench clean",
  });
}

describe("a manual load", () => {
  test("that was stopped is interrupted, and what it left is deleted", async () => {
    await coder.addWorkspace(`${PREFIX}-0`, "running");
    const stop = new AbortController();
    stop.abort(new RefbenchError("interrupted", "stopped by SIGINT"));
    const record = await recordOf({ worker: judged({ stopped: true }), stop: stop.signal });
    expect(record).toMatchObject({ verdict: "interrupted", teardown: { state: "clean" } });
    expect(record.reasons[0]).toBe("interrupted: stopped by SIGINT");
    expect(coder.workspacesLeft()).toEqual([]);
  });

  test("whose worker died is a harness error, and its cleanup runs nevertheless", async () => {
    await coder.addWorkspace(`${PREFIX}-0`, "running");
    const worker = {
      load: () => Promise.reject(new RefbenchError("worker", "the worker program ended with signal SIGKILL")),
    };
    const record = await recordOf({ worker });
    expect(record).toMatchObject({ verdict: "harness-error", teardown: { state: "clean" } });
    expect(record).not.toHaveProperty("measurements");
    expect(coder.workspacesLeft()).toEqual([]);
  });

  test("whose workspace cannot be deleted has leaked, with its name and the next step", async () => {
    await coder.addWorkspace(`${PREFIX}-9`, "running");
    const record = await recordOf({ worker: judged({}) });
    expect(record.verdict).toBe("leaked");
    expect(record.teardown).toMatchObject({
      left: [{ kind: "workspace", name: `${PREFIX}-9-user/${PREFIX}-9` }],
      problems: [expect.stringContaining("its delete build is failed"), 'try again with "refbench clean"'],
    });
    expect(resultsText(record, 80)).toContain(`workspace ${PREFIX}-9-user/${PREFIX}-9`);
  });

  test("whose server is gone makes no claim about what remains", async () => {
    const record = await recordOf({ worker: judged({}), url: "http://127.0.0.1:1" });
    expect(record.verdict).toBe("unverified");
    expect(record.reasons[0]).toContain('delete what is there with "refbench clean"');
  });

  test("with a failed listing is unverified, whatever else was deleted", async () => {
    await using proxy = await startFaultProxy({
      target: coder.url,
      rules: [{ match: /^GET \S+\/keys\/tokens /, fault: { kind: "answer", status: 403 } }],
    });
    const record = await recordOf({ worker: judged({}), url: proxy.url });
    expect(record).toMatchObject({
      verdict: "unverified",
      teardown: {
        state: "unverified",
        problems: [expect.stringMatching(/^the tokens cannot be listed: .*403/)],
      },
    });
    expect(record.stages.at(-1)).toMatchObject({ stage: "cleanup", outcome: "failed" });
  });

  test("that took too long is interrupted by its own limit", async () => {
    const worker: LoadRunner = {
      load: (_task, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => resolve({ ...PASSED, stopped: true })),
        ),
    };
    const record = await recordOf({ worker, timeoutMs: 20 });
    expect(record.reasons[0]).toBe("interrupted: --timeout of 0.02 s is over");
  });

  test("that was refused before it created anything is refused, not recorded", async () => {
    const worker = { load: () => Promise.reject(new RefbenchError("usage", "no such template")) };
    await expect(recordOf({ worker })).rejects.toMatchObject({ code: "usage" });
  });

  test("is judged by the objectives of every size, and is never part of the table", async () => {
    const missed = { workspaces: { ...PASSED.workspaces, succeeded: 3, failed: 1 } };
    const failed = await recordOf({ worker: judged(missed) });
    expect(failed.verdict).toBe("slo-failed");
    expect(failed.reasons.join()).toContain("share of those asked for: 75 % (at least 99 %)");
    const slow = { generator: { ...PASSED.generator, limited: true, reasons: ["late"] } };
    const record = await recordOf({ worker: judged({ ...missed, ...slow }) });
    expect(record).toMatchObject({ verdict: "generator-limited", coderVersion: "2.31.0", simulated: false });
    expect(resultsText(record, 80)).toContain(
      "UNOFFICIAL, never published: a deployment that refbench did not create",
    );
  });

  test("whose sockets to apps carried nothing does not pass, however its workspaces ended", async () => {
    const app = { slug: "wsec", by: "subdomain", connections: 3, messagesPerSecond: 1 } as const;
    const record = await recordOf({
      worker: judged({ apps: { asked: 3, held: 0, echoed: 0 } }),
      task: { scenario: "apps", app: { ...app, messageBytes: 64, forMs: 1_000 } },
    });
    expect(record.conditions).toContain("app: wsec, reached by subdomain");
    expect(record.verdict).toBe("slo-failed");
    expect(record.reasons.join()).toContain("sockets to apps that echoed");
  });

  test("whose workspaces are kept reports that, and deletes none", async () => {
    await coder.addWorkspace(`${PREFIX}-0`, "running");
    const record = await recordOf({ worker: judged({}), task: { keep: true } });
    expect(record.teardown.state).toBe("pending");
    expect(record.conditions).toContain(
      'cleanup: none was asked for (--no-cleanup); delete what is there with "refbench clean"',
    );
    expect(coder.workspacesLeft()).toEqual([`${PREFIX}-0`]);
  });
});

import { Command } from "commander";
import { describe, expect, test } from "vitest";
import {
  addFindLimitOptions,
  type FindLimitFlags,
  flagsOfFirstLoad,
  limitWishOf,
} from "../../../../harness/cli/scaletest/find-limit/options.ts";
import { buildLimitReport } from "../../../../harness/loads/find-limit/report.ts";
import { createLimitSearch } from "../../../../harness/loads/find-limit/runner.ts";
import { formatLimit } from "../../../../harness/cli/scaletest/find-limit/text.ts";
import {
  addCreateOptions,
  addTrafficOptions,
} from "../../../../harness/cli/scaletest/options/load-options.ts";
import type { CreateFlags } from "../../../../harness/loads/request/flags.ts";
import { runLoadByHand } from "../../../../harness/loads/run-load.ts";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { LoadRunner } from "../../../../harness/model/ports/worker.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { LimitStep } from "../../../../harness/workload/limit-search/limit.ts";
import type { NamedFaults } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const RUN_ID = "01m81gbh13njzasbgq847qym32";
const PREFIX = "bench-sbgq847qym32";

interface Planted {
  readonly limit?: number;
  readonly generator?: number;
  /** Calls that replace the load of this index. */
  readonly at?: Readonly<Record<number, () => Promise<never>>>;
  readonly stop?: AbortController;
  readonly faults?: NamedFaults;
  readonly task?: Partial<Omit<LoadTask, "connections" | "timeouts">>;
  readonly timeoutMs?: number;
  readonly known?: readonly LimitStep[];
}

/** A search between 10 and 40 connections on a Coder that holds so many; its cleanup is the real one. */
async function searched({
  limit = Infinity,
  generator = Infinity,
  at = {},
  stop = new AbortController(),
  faults = {},
  task: over,
  timeoutMs = 0,
  known = [],
}: Planted) {
  await using coder = await startEmulatedCoder({ faults });
  await coder.addWorkspace(`${PREFIX}-9`, "running");
  const task = loadTaskFor(
    { url: coder.url, token: coder.token },
    { prefix: PREFIX, connections: { total: 10 }, ...over },
  );
  const tasks: LoadTask[] = [];
  const runner: LoadRunner = {
    load: async (asked, { signal }) => {
      const index = tasks.push(asked) - 1;
      const aborted = new Promise((done) => signal.addEventListener("abort", done));
      if (at[index] !== undefined) await Promise.race([aborted, at[index]()]);
      const load = asked.connections.total;
      const limited = load > generator;
      return {
        ...loadResultOf({
          connections: { lost: load > limit ? 1 : 0 },
          generator: { limited, reasons: limited ? ["late"] : [] },
        }),
        stopped: signal.aborted,
      };
    },
  };
  const wish = { kind: "connections", from: 10, upTo: 40, resolution: 10 } as const;
  const search = createLimitSearch({
    ...{ runner, wish, clock: systemClock, timeoutMs, known },
    judge: ({ connections: { lost } }) => (lost > 0 ? ["a connection was lost"] : []),
    onStep: () => undefined,
  });
  const http = new CoderHttp({ url: coder.url, clock: systemClock });
  const outcome = await runLoadByHand(task, {
    worker: search,
    interrupts: { stop: stop.signal, leave: new AbortController().signal },
    reporter: { report: () => undefined },
    clock: systemClock,
    callerWith: (signal) => ({
      client: new CoderClient(http, { token: coder.token, isSiteAdmin: true }, signal),
      user: { id: "me", username: "owner", email: "", roles: [] },
      isSiteAdmin: true,
      token: coder.token,
    }),
    ...{ timeoutMs: 0, cleanupTimeoutMs: 20_000, cleanupJobTimeoutMs: 0 },
  }).finally(() => http.close());
  const look = {
    ...{
      url: coder.url,
      id: "id",
      version: "v2.31.0",
      isEmulated: false,
      caller: "owner",
      isSiteAdmin: true,
    },
    ...{ workspaces: { total: 0, building: 0 }, runs: [], builds: { replicas: 1, daemons: 2 }, inUse: [] },
  };
  const report = buildLimitReport(search, outcome, {
    runId: RUN_ID,
    task,
    look,
    cleanup: "refbench clean",
    wish,
    maxFailures: undefined,
  });
  return { report, tasks, left: coder.workspacesLeft() };
}

describe("a search for the limit of connections", () => {
  test("makes its workspaces once, raises connections on them, and deletes them after its last load", async () => {
    const { report, tasks, left } = await searched({ limit: 20 });
    expect(report).toMatchObject({ limit: 20, isConfirmed: true, ended: "found", exitCode: 0 });
    expect(report.reasons).toEqual(["a connection was lost"]);
    const [first, ...more] = tasks;
    expect(first).toMatchObject({ keep: true, prefix: PREFIX });
    expect(first).not.toHaveProperty("existing");
    expect(more.map(({ existing }) => existing?.namePrefix)).toEqual(more.map(() => `${PREFIX}-`));
    expect(tasks.map(({ connections }) => connections.total)).toEqual([10, 20, 40, 30, 20, 30]);
    // A load of a minute then carries a p95 of the API: 200 samples.
    for (const { probeEveryMs = Infinity } of tasks)
      expect(60_000 / probeEveryMs).toBeGreaterThanOrEqual(200);
    expect(left).toEqual([]);
    expect(formatLimit(report, "text").replaceAll(/\s+/g, " ")).toContain(
      "Limit: 20 connections, confirmed by a second try; above it: a connection was lost",
    );
    expect(JSON.parse(formatLimit(report, "json"))).toEqual(report);
  });

  test.each<[string, Planted, object]>([
    ["the largest load held", {}, { ended: "not-reached", limit: 40, exitCode: 0 }],
    ["the first load already broke", { limit: 5 }, { ended: "below-first", exitCode: 10 }],
    ["the generator was the limit", { generator: 20 }, { ended: "generator-limited", exitCode: 21 }],
    [
      "something would not be deleted",
      { limit: 20, faults: { failDelete: [`${PREFIX}-9`] } },
      { ended: "found", limit: 20, exitCode: 40 },
    ],
    [
      "the program died",
      { at: { 2: () => Promise.reject(new RefbenchError("worker", "it died")) } },
      { ended: "failed", exitCode: 20, limit: 20, reasons: ["it died"], steps: [{ load: 10 }, { load: 20 }] },
    ],
    [
      "a later load was refused",
      { at: { 1: () => Promise.reject(new RefbenchError("usage", "none runs")) } },
      { ended: "failed", exitCode: 20, reasons: ["none runs"] },
    ],
    [
      "a load took longer than it may",
      { at: { 1: () => new Promise(() => undefined) }, timeoutMs: 20 },
      { ended: "stopped", exitCode: 61, limit: 10, reasons: ["--timeout of 0.02 s for one load is over"] },
    ],
  ])("reports that %s by its exit code and leaves nothing it can delete", async (_, planted, expected) => {
    const { report, left } = await searched(planted);
    expect(report).toMatchObject(expected);
    expect(left).toEqual(planted.faults === undefined ? [] : [`${PREFIX}-9`]);
  });

  test.each([0, 2])("that is stopped in load %i keeps its steps and deletes what it made", async (index) => {
    const stop = new AbortController();
    const interrupt = () => {
      stop.abort(new RefbenchError("interrupted", "stopped by SIGINT"));
      return new Promise<never>(() => undefined);
    };
    const { report, left } = await searched({ at: { [index]: interrupt }, stop });
    expect(report).toMatchObject({ ended: "stopped", verdict: "interrupted", exitCode: 61 });
    expect(report).toMatchObject({ isConfirmed: false, reasons: ["stopped by SIGINT"] });
    expect([report.limit, report.steps.length]).toEqual(index === 0 ? [undefined, 0] : [20, 2]);
    expect(left).toEqual([]);
  });

  test("that continues makes its workspaces in the next load, and repeats no known load", async () => {
    const known = [{ load: 10, purpose: "raise", outcome: "within", reasons: [], tookMs: 1 }] as const;
    const { report, tasks, left } = await searched({ limit: 20, known });
    const [first, ...more] = tasks;
    expect(first).toMatchObject({ keep: true, connections: { total: 20 } });
    expect(first).not.toHaveProperty("existing");
    expect(more.map(({ existing }) => existing?.namePrefix)).toEqual(more.map(() => `${PREFIX}-`));
    expect(report.steps.map(({ load }) => load)).toEqual([10, 20, 40, 30, 20, 30]);
    expect(report).toMatchObject({ limit: 20, isConfirmed: true, ended: "found", exitCode: 0 });
    expect(left).toEqual([]);
  });

  test("on existing workspaces uses them from its first load", async () => {
    const { tasks } = await searched({ limit: 20, task: { existing: { namePrefix: "bench-x-" } } });
    expect(new Set(tasks.map(({ existing }) => existing?.namePrefix))).toEqual(new Set(["bench-x-"]));
    expect(tasks[0]).not.toHaveProperty("keep");
  });
});

describe("the flags of a search", () => {
  const read = (args: readonly string[], add = addCreateOptions) => {
    const command = addFindLimitOptions(add(new Command("load"))).exitOverride();
    command.parse(["-t", "kubernetes", ...args], { from: "user" });
    const flags = command.opts<CreateFlags & FindLimitFlags>();
    const wish = limitWishOf(flags);
    return { wish, first: wish === undefined ? flags : flagsOfFirstLoad(flags, wish) };
  };

  test("read loads in the unit of what is raised, and the first load holds the first of them", () => {
    const connections = read(["--find-limit", "connections", "--limit-from", "50", "--limit-up-to", "400"]);
    expect(connections).toMatchObject({
      wish: { kind: "connections", from: 50, upTo: 400 },
      first: { connections: 50 },
    });
    const arrivals = ["--find-limit", "arrival-rate", "--limit-from", "30/m", "--limit-up-to", "5/s"];
    expect(read([...arrivals, "--limit-arrivals", "20s"]).wish).toEqual({
      ...{ kind: "arrival-rate", from: 0.5, upTo: 5, arrivalSeconds: 20 },
    });
    expect(read([]).wish).toBeUndefined();
  });

  const connections = ["--find-limit", "connections", "--limit-up-to", "400"];
  const arrivals = ["--find-limit", "arrival-rate", "--limit-up-to", "5/s"];
  test.each([
    [["--limit-from", "5"], "say which with --find-limit"],
    [["--find-limit", "connections"], "say up to where with --limit-up-to"],
    [[...connections, "--limit-from", "1.5"], "must be a whole number"],
    [[...connections, "--connections", "5"], "as --limit-from instead of --connections"],
    [[...connections, "--scenario", "herd"], "remove --scenario, --app"],
    [[...connections, "--engine", "both"], "remove --engine"],
    [[...arrivals, "--rate", "2"], "remove --rate, --ramp and --steps"],
    [[...arrivals, "--no-cleanup"], "remove --no-cleanup and --reuse-users"],
  ])("%j contradicts itself or says too little, and is refused", (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  test("arrivals cannot be raised on workspaces that exist", () => {
    expect(() => read(arrivals, addTrafficOptions)).toThrow("ask create-workspaces for it");
  });
});

import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { planText } from "../../../../harness/cli/scaletest/guard-text.ts";
import {
  addCreateOptions,
  addTrafficOptions,
} from "../../../../harness/cli/scaletest/options/load-options.ts";
import type { CreateFlags, TrafficFlags } from "../../../../harness/loads/request/flags.ts";
import { createTask, trafficTask } from "../../../../harness/loads/request/load-task.ts";
import { loadTask, type LoadTask } from "../../../../harness/model/ports/worker-task.ts";

const RUN_ID = "01m81gbh13njzasbgq847qym32";
const EARLIER = "01m81gkmf5dxa4pvdb8w20x9cs";

const GROUND = {
  runId: RUN_ID,
  token: "t",
  deployment: { url: "http://127.0.0.1:1", ssh: "none" as const },
  organizationId: "org",
  sharesMachine: false,
};

/** The task that a command line comes to. */
function taskOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): LoadTask {
  const command = addCreateOptions(new Command("create-workspaces")).exitOverride();
  command.parse(["-t", "kubernetes", ...args], { from: "user" });
  const found = { template: "kubernetes", parameters: {} };
  const task = createTask(command.opts<CreateFlags>(), { ...GROUND, env }, found);
  expect(loadTask.safeParse(task).success).toBe(true);
  return task;
}

/** The same of `traffic`, on so many workspaces. */
function trafficTaskOf(args: readonly string[]): LoadTask {
  const command = addTrafficOptions(new Command("traffic")).exitOverride();
  command.parse(args, { from: "user" });
  return trafficTask(command.opts<TrafficFlags>(), { ...GROUND, env: {} }, 5);
}

describe("the task of create-workspaces", () => {
  test("carries the run in its names, gives each workspace an end, and asks for one connection each", () => {
    const task = taskOf(["--count", "60", "--timeout", "6h"]);
    expect(task).toMatchObject({ prefix: "bench-sbgq847qym32", users: 60, workspaces: 60, concurrency: 1 });
    expect(task.workspaceTtlMs).toBeGreaterThan(6 * 3_600_000);
    expect(task.connections).toMatchObject({ total: 60, holdMs: 75_000, commandsPerSecond: 6 });
    expect(task.connections.rampPerSecond).toBe(10);
  });

  test("opens connections at the rate that was asked for", () => {
    const { connections } = taskOf(["--connections", "1000", "--connect-rate", "500"]);
    expect(connections).toMatchObject({ total: 1000, rampPerSecond: 500 });
  });

  test("a command without a line to expect has to succeed", () => {
    expect(taskOf(["--run-command", "make test"])).toMatchObject({
      command: "make test && echo ran-sbgq847qym32",
      expectOutput: "ran-sbgq847qym32",
    });
    const line = ["--run-command", "make test", "--run-expect-output", "ok"];
    expect(taskOf(line)).toMatchObject({ command: "make test", expectOutput: "ok" });
    expect(taskOf(["--run-command", "sleep 60", "--run-expect-timeout"])).toMatchObject({
      expectTimeout: true,
    });
  });

  test.each<[string[], Partial<LoadTask>]>([
    [["--use-host-login", "-c", "3"], { login: "host", users: 1 }],
    [["--login-each"], { login: "login" }],
    [["--reuse-users", EARLIER], { reuseUsers: true, prefix: "bench-pvdb8w20x9cs" }],
    [["--no-cleanup"], { keep: true }],
    [["--rate", "5/s"], { arrival: [{ perSecond: 5, seconds: 1 }] }],
    [["--rate", "5/s", "--ramp", "1m"], { arrival: [{ perSecond: 5, seconds: 60, ramp: true }] }],
    [["--bytes-per-tick", "64"], { traffic: { bytesPerTick: 64, tickMs: 100 } }],
    [["--abort-on", "p95=1s"], { abortOn: { apiP95Ms: 1000 } }],
    [["--scenario", "herd"], { scenario: "herd" }],
    [
      ["--scenario", "dashboard", "--scenario-for", "5m"],
      { dashboard: { pagesPerMinute: 6, forMs: 300_000 } },
    ],
    [["-c", "4", "--concurrency", "0", "--parts", "4"], { parts: 4 }],
    [["--retry", "2", "--agent", "main"], { retries: 2, agent: "main" }],
  ])("%j", (args, part) => {
    expect(taskOf(args)).toMatchObject(part);
  });

  test("sockets to an app take the place of held connections, with their ticks as messages", () => {
    const args = ["-c", "4", "--app", "wsec", "--bytes-per-tick", "64", "--tick-interval", "500ms"];
    const task = taskOf(args);
    const app = {
      slug: "wsec",
      by: "path",
      connections: 4,
      messagesPerSecond: 8,
      messageBytes: 64,
      forMs: 60_000,
    };
    expect(task).toMatchObject({ scenario: "apps", app, connections: { total: 0 } });
    expect(task).not.toHaveProperty("traffic");
  });

  test("a load that does not wait for agents does not connect to them", () => {
    const task = taskOf(["--no-wait-for-agents", "-c", "5"]);
    expect(task).toMatchObject({ skipAgents: true, connections: { total: 0, holdMs: 0 } });
  });

  test("switches are heard from their variables too", () => {
    const on = {
      CODER_SCALETEST_NO_CLEANUP: "true",
      CODER_SCALETEST_NO_WAIT_FOR_AGENTS: "1",
      CODER_SCALETEST_USE_HOST_LOGIN: "true",
    };
    expect(taskOf([], on)).toMatchObject({ keep: true, skipAgents: true, login: "host" });
    expect(taskOf([], { CODER_SCALETEST_NO_CLEANUP: "false" })).not.toHaveProperty("keep");
  });

  test.each([
    [["--steps", "1/s:1m", "--rate", "5"], "--steps cannot be combined with --rate or --ramp"],
    [["--use-host-login", "--users", "2"], "omit --users, --reuse-users and --login-each"],
    [["--run-expect-output", "x"], "--run-expect-output needs --run-command"],
    [
      ["--commands-per-second", "5", "--connect-interval", "1s"],
      "--commands-per-second cannot be combined with --connect-interval",
    ],
    [["--commands-per-second", "many"], "must be a number of 0 or more"],
    [["--connect-rate", "0"], '--connect-rate must be a number above 0; got "0"'],
    [["--connect-rate", "20000"], "at most 10000, such as 500"],
    [["--reuse-users", "last"], '--reuse-users is "last", expected a run\'s id'],
    [["--scenario", "apps"], "say which with --app <slug>"],
    [["--scenario", "herd", "--app", "x"], "--app needs --scenario apps"],
    [["--app", "x", "--bytes-per-tick", "4"], "--bytes-per-tick is 4, expected 16 to 1024"],
    [["--parts", "17"], '--parts must be a whole number from 1 to 16; got "17"'],
    [["-c", "4", "--parts", "2"], "this load can be split into at most 1 part,"],
    [["--parts", "2", "--engine", "coder"], "--parts belongs to refbench's own engine"],
    [["--trace-coder"], "--trace-coder is not supported"],
  ])("%j contradicts itself or says nothing, and is refused", (args, message) => {
    expect(() => taskOf(args)).toThrow(message);
  });

  test("the plan is printed before the load starts, in the width of a terminal", () => {
    const text = (args: readonly string[]) => planText(taskOf(args), { cleanup: "refbench clean" }, 80);
    expect(
      text(["--no-cleanup"])
        .split("\n")
        .every((line) => line.length <= 80),
    ).toBe(true);
    const said = (args: readonly string[]) => text(args).replaceAll(/\s+/g, " ");
    expect(said(["--no-cleanup"])).toContain(
      "keep all of it (the workspaces stop automatically after 4h 00m)",
    );
    expect(said(["--reuse-users"])).toContain("for 1 user that stay (next time: --reuse-users sbgq847qym32)");
    expect(said(["--use-host-login"])).toContain("create 1 workspace from kubernetes, all of them yours");
  });
});

describe("the task of traffic", () => {
  test.each([
    [[], "bench-"],
    [["--run", EARLIER], "bench-pvdb8w20x9cs-"],
    [["--engine", "coder"], "scaletest-"],
  ])("%j goes to the workspaces of its engine alone", (args, namePrefix) => {
    expect(trafficTaskOf(args).existing).toEqual({ namePrefix });
  });

  test.each([
    [["--engine", "both"], "ask create-workspaces for it"],
    [["--engine", "coder", "--run", EARLIER], "omit --run and --template"],
    [["--engine", "coder", "-t", "kubernetes"], "omit --run and --template"],
  ])("%j cannot be chosen, and is refused", (args, message) => {
    expect(() => trafficTaskOf(args)).toThrow(message);
  });
});

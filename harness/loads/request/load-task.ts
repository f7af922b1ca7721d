import type { Schedule } from "../../../reference-architectures/mixed/schedule.ts";
import { scenarioRow } from "../../model/scenarios/scenarios.ts";
import { countOf } from "../../tools/count-text.ts";
import { RefbenchError } from "../../tools/error.ts";
import { namePrefix, run12 } from "../../model/run-id.ts";
import { GENERATOR_LIMITS, type LoadTask, SHARED_MACHINE_LIMITS } from "../../model/ports/worker-task.ts";
import { UTILITY_PREFIX } from "../../workload/coder-engine/find-made.ts";
import { countParts } from "../../workload/parts/plan-parts.ts";
import type { CreateFlags, LoadFlags, TrafficFlags } from "./flags.ts";
import { scenarioOf } from "./scenario.ts";
import { isOn } from "./values.ts";

const HOUR_MS = 3_600_000;
/** What "no limit" of a step comes to. */
const LONGEST_MS = 24 * HOUR_MS;
const SHORTEST_TTL_MS = 4 * HOUR_MS;
/** More openings a second than one machine has ever been seen to make. */
const MOST_PER_SECOND = 10_000;
const INTERVAL_MS = 10_000;

/** The deployment and names of a load task, found before the task is made. */
export interface TaskGround {
  readonly runId: string;
  readonly token: string;
  readonly deployment: LoadTask["deployment"];
  readonly organizationId: string;
  /** The generator shares its cores with what it measures. */
  readonly sharesMachine: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** The content of `--schedule`. */
  readonly schedule?: Schedule | undefined;
}

/** The load that `create-workspaces` asks for. */
export function createTask(
  flags: CreateFlags,
  ground: TaskGround,
  found: {
    readonly template: string;
    readonly presetId?: string;
    readonly parameters: Record<string, string>;
  },
): LoadTask {
  const { env } = ground;
  const isHost = isOn(flags.useHostLogin, "CODER_SCALETEST_USE_HOST_LOGIN", env);
  const isWaiting = flags.waitForAgents && !isOn(undefined, "CODER_SCALETEST_NO_WAIT_FOR_AGENTS", env);
  const isKept = !flags.cleanup || isOn(undefined, "CODER_SCALETEST_NO_CLEANUP", env);
  if (isHost && (flags.users !== undefined || flags.reuseUsers !== undefined || flags.loginEach === true))
    throw new RefbenchError(
      "usage",
      "--use-host-login makes you the owner of all workspaces: omit --users, --reuse-users and --login-each",
    );
  // Only a load without workspaces has users who own none.
  const users = isHost
    ? 1
    : flags.count === 0
      ? (flags.users ?? 1)
      : Math.min(flags.users ?? flags.count, flags.count);
  const arrival = arrivalOf(flags);
  return dealt({
    ...commonTask(flags, ground, { workspaces: isWaiting ? flags.count : 0, users }),
    prefix: prefixOf(flags.reuseUsers, ground.runId),
    template: found.template,
    parameters: found.parameters,
    users,
    workspaces: flags.count,
    ...(found.presetId === undefined ? {} : { presetId: found.presetId }),
    ...(isHost ? { login: "host" } : flags.loginEach === true ? { login: "login" } : {}),
    ...(flags.reuseUsers === undefined ? {} : { reuseUsers: true }),
    ...(flags.retry === 0 ? {} : { retries: flags.retry }),
    ...(isWaiting ? {} : { skipAgents: true }),
    ...(isKept ? { keep: true } : {}),
    ...(arrival === undefined ? {} : { arrival }),
  });
}

/** The load that `traffic` asks for, on so many workspaces that exist. */
export function trafficTask(flags: TrafficFlags, ground: TaskGround, workspaces: number): LoadTask {
  const { template, targetWorkspaces } = flags;
  return dealt({
    ...commonTask({ ...flags, bytesPerTick: flags.bytesPerTick ?? 1024 }, ground, {
      workspaces,
      users: workspaces,
    }),
    prefix: namePrefix(ground.runId),
    template: template ?? "",
    parameters: {},
    users: 1,
    workspaces,
    existing: {
      namePrefix: targetPrefix(flags),
      ...(template === undefined ? {} : { template }),
      ...targetWorkspaces,
    },
  });
}

/** How the names of the workspaces begin that `traffic` goes to: each engine has its own. */
export function targetPrefix({
  engine,
  run,
  template,
}: Pick<TrafficFlags, "engine" | "run" | "template">): string {
  if (engine === "refbench") return run === undefined ? "bench-" : `bench-${run}-`;
  if (engine === "both")
    throw new RefbenchError(
      "usage",
      "--engine both compares loads that make their own workspaces: ask create-workspaces for it, or say which engine",
    );
  if (run === undefined && template === undefined) return UTILITY_PREFIX;
  throw new RefbenchError(
    "usage",
    `--engine coder uses only workspaces named ${UTILITY_PREFIX}…: omit --run and --template, and choose among them with --target-workspaces`,
  );
}

/** Refuses more parts than the load can keep busy: fewer of them would be another measurement. */
function dealt(task: LoadTask): LoadTask {
  const { parts } = task;
  if (parts === undefined || countParts(task) === parts) return task;
  throw new RefbenchError(
    "usage",
    `--parts is ${parts}, but this load can be split into at most ${countOf(countParts(task), "part")}, because each part needs its own workspaces, users and turns: raise --concurrency and --cleanup-concurrency (0 = all), --count and --users`,
  );
}

/** Users of an earlier run are found by its names; this run's workspaces then carry them too. */
function prefixOf(reuseUsers: CreateFlags["reuseUsers"], runId: string): string {
  return namePrefix(reuseUsers === undefined || reuseUsers === true ? runId : reuseUsers);
}

function commonTask(
  flags: LoadFlags,
  ground: TaskGround,
  { workspaces, users }: { readonly workspaces: number; readonly users: number },
): Omit<LoadTask, "prefix" | "template" | "parameters" | "users" | "workspaces"> {
  const { timeout, jobTimeout, sshShare, bytesPerTick, tickInterval, agent, abortOn, parts, workspaceProxy } =
    flags;
  if (parts !== undefined && flags.engine !== "refbench")
    throw new RefbenchError(
      "usage",
      `--parts belongs to refbench's own engine, and --engine is ${flags.engine}: omit one of them`,
    );
  const stepMs = Math.min(jobTimeout || LONGEST_MS, timeout || LONGEST_MS);
  const asked = flags.connections ?? (flags.scenario === "mixed" ? 0 : workspaces);
  const scenario = scenarioOf(flags, {
    ...{ connections: asked, schedule: ground.schedule },
    users: Math.min(users, workspaces),
  });
  const total = scenario.app === undefined ? asked : 0;
  return {
    task: "load",
    deployment: ground.deployment,
    token: ground.token,
    organizationId: ground.organizationId,
    firstIndex: 0,
    concurrency: flags.concurrency,
    cleanupConcurrency: flags.cleanupConcurrency,
    ...commandOf(flags, ground),
    connections: {
      total,
      sshShare: flags.ssh === true ? 1 : sshShare,
      rampPerSecond: connectRate(flags, total),
      holdMs: total === 0 ? 0 : flags.connectHold,
      commandsPerSecond: commandRate(flags, total),
    },
    timeouts: {
      buildMs: stepMs,
      agentMs: stepMs,
      connectMs: flags.connectTimeout,
      commandMs: flags.runTimeout,
      deleteMs: flags.cleanupJobTimeout || flags.cleanupTimeout || LONGEST_MS,
    },
    generatorLimits: ground.sharesMachine ? SHARED_MACHINE_LIMITS : GENERATOR_LIMITS,
    workspaceTtlMs: Math.max(
      SHORTEST_TTL_MS,
      timeout + flags.cleanupTimeout + HOUR_MS + (scenarioRow(scenario.scenario).lastsMs?.(scenario) ?? 0),
    ),
    ...(agent === undefined ? {} : { agent }),
    ...(workspaceProxy === undefined ? {} : { workspaceProxy }),
    ...scenario,
    ...(bytesPerTick === undefined || total === 0 ? {} : { traffic: { bytesPerTick, tickMs: tickInterval } }),
    ...(abortOn === undefined ? {} : { abortOn }),
    ...(parts === undefined ? {} : { parts }),
  };
}

/** A command ends when its expected line appears. Without an expected line, refbench appends one that follows success. */
function commandOf(
  flags: LoadFlags,
  { runId, env }: TaskGround,
): Pick<LoadTask, "command" | "expectOutput" | "expectTimeout"> {
  const { runCommand, runExpectOutput } = flags;
  const expectTimeout = isOn(flags.runExpectTimeout, "CODER_SCALETEST_RUN_EXPECT_TIMEOUT", env);
  const ran = `ran-${run12(runId)}`;
  if (runCommand === undefined) {
    const given = runExpectOutput === undefined ? "--run-expect-timeout" : "--run-expect-output";
    if (runExpectOutput !== undefined || expectTimeout)
      throw new RefbenchError("usage", `${given} needs --run-command: add --run-command, or remove ${given}`);
    return { command: `echo ${ran}`, expectOutput: ran };
  }
  if (expectTimeout && runExpectOutput !== undefined)
    throw new RefbenchError(
      "usage",
      "--run-expect-output cannot be combined with --run-expect-timeout: omit one of them",
    );
  if (expectTimeout) return { command: `${runCommand}; echo ${ran}`, expectOutput: ran, expectTimeout };
  return runExpectOutput === undefined
    ? { command: `${runCommand} && echo ${ran}`, expectOutput: ran }
    : { command: runCommand, expectOutput: runExpectOutput };
}

/** As asked; otherwise within half a minute, whatever their number. */
function connectRate({ connectRate: asked }: LoadFlags, total: number): number {
  if (asked === undefined) return Math.max(10, Math.ceil(total / 30));
  if (asked > 0 && asked <= MOST_PER_SECOND) return asked;
  throw new RefbenchError(
    "usage",
    `--connect-rate must be a number above 0 and at most ${MOST_PER_SECOND}, such as 500`,
  );
}

function commandRate({ commandsPerSecond, connectInterval }: LoadFlags, total: number): number {
  if (commandsPerSecond === undefined) return total / ((connectInterval || INTERVAL_MS) / 1000);
  if (connectInterval !== undefined)
    throw new RefbenchError(
      "usage",
      "--commands-per-second cannot be combined with --connect-interval: omit one of them",
    );
  return commandsPerSecond;
}

function arrivalOf({ rate, ramp, steps }: CreateFlags): LoadTask["arrival"] {
  if (steps !== undefined) {
    if (rate === undefined && ramp === undefined) return steps;
    throw new RefbenchError("usage", "--steps cannot be combined with --rate or --ramp: omit one of them");
  }
  if (rate === undefined) {
    if (ramp === undefined) return undefined;
    throw new RefbenchError("usage", "--ramp says how long the rate rises: give the rate with --rate");
  }
  return ramp === undefined || ramp === 0
    ? [{ perSecond: rate, seconds: 1 }]
    : [{ perSecond: rate, seconds: ramp / 1000, ramp: true }];
}

import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { CoderUtility } from "./find-utility.ts";

/** Files of one call, in a folder that only this user reads. */
export interface CallFiles {
  readonly folder: string;
  readonly report: string;
  /** YAML of the template's parameters. */
  readonly parameters: string;
}

/** What a held connection sends where the task says no traffic: about what a refbench command is long. */
const QUIET_BYTES = 64;
const QUIET_TICK_MS = 1000;

/** The arguments that create the task's workspaces and leave them, for the traffic and for the cleanup of just those. */
export function createArguments(task: LoadTask, utility: CoderUtility, files: CallFiles): string[] {
  const { timeouts } = task;
  const parameters = Object.entries(task.parameters);
  const flags = new Flags("create-workspaces", utility, utility.createFlags);
  flags.must("count", task.workspaces);
  flags.must("template", task.template);
  flags.must("concurrency", task.concurrency);
  flags.must("no-cleanup");
  flags.must("output", `json:${files.report}`);
  if (parameters.length > 0) {
    // By file where there is one: a process's arguments are everybody's to read.
    if (flags.has("rich-parameter-file")) flags.must("rich-parameter-file", files.parameters);
    else for (const [name, value] of parameters) flags.must("parameter", `${name}=${value}`);
  }
  if (task.command !== "") {
    flags.must("run-command", task.command);
    flags.must("run-timeout", `${timeouts.commandMs}ms`);
    if (task.expectTimeout === true) flags.must("run-expect-timeout");
    else if (task.expectOutput !== "") flags.must("run-expect-output", task.expectOutput);
  }
  flags.may("timeout", "0s");
  flags.may("job-timeout", `${timeouts.buildMs + timeouts.agentMs + timeouts.commandMs}ms`);
  flags.may("max-failures", task.workspaces);
  if ((task.retries ?? 0) > 0) flags.must("retry", task.retries);
  if (task.skipAgents === true) flags.must("no-wait-for-agents");
  if (task.login === "host") flags.must("use-host-login");
  return flags.all(files);
}

/** How many connections the utility makes: one a workspace at most. */
export function connectionsOf({ connections }: LoadTask, workspaces: number): number {
  return Math.min(connections.total, workspaces);
}

/** Whether its connections are SSH: all are, or none. */
export function isSsh({ connections }: LoadTask): boolean {
  return connections.sshShare > 0.5;
}

/** What each of its connections sends, and how often. */
export function trafficOf({ traffic }: LoadTask): { readonly bytesPerTick: number; readonly tickMs: number } {
  return traffic ?? { bytesPerTick: QUIET_BYTES, tickMs: QUIET_TICK_MS };
}

/** The arguments that hold a connection to each of the workspaces in a range of the listing, and send over it. */
export function trafficArguments(
  task: LoadTask,
  utility: CoderUtility,
  {
    files,
    range,
  }: { readonly files: CallFiles; readonly range: { readonly from: number; readonly to: number } },
): string[] {
  const { bytesPerTick, tickMs } = trafficOf(task);
  if (utility.trafficFlags === undefined)
    throw new RefbenchError(
      "usage",
      `"coder ${utility.words.join(" ")}" of ${utility.version} makes no traffic: ask for no connections (--connections 0), or take a newer coder`,
    );
  const flags = new Flags("workspace-traffic", utility, utility.trafficFlags);
  flags.must("concurrency", 0);
  flags.must("output", `json:${files.report}`);
  flags.must("timeout", `${task.connections.holdMs}ms`);
  flags.must("job-timeout", `${task.connections.holdMs}ms`);
  flags.must("bytes-per-tick", bytesPerTick);
  flags.must("tick-interval", `${tickMs}ms`);
  flags.must("target-workspaces", `${range.from}:${range.to}`);
  if (isSsh(task)) flags.must("ssh");
  if (task.login === "host") flags.must("use-host-login");
  // Its metrics are not read, and a port of everybody's may be taken.
  flags.may("scaletest-prometheus-address", "127.0.0.1:0");
  flags.may("scaletest-prometheus-wait", "0s");
  return flags.all(files);
}

/** Arguments that hold only what this version of the utility knows. */
class Flags {
  readonly #subcommand: string;
  readonly #utility: CoderUtility;
  readonly #known: ReadonlySet<string>;
  readonly #args: string[] = [];

  constructor(subcommand: string, utility: CoderUtility, known: ReadonlySet<string>) {
    this.#subcommand = subcommand;
    this.#utility = utility;
    this.#known = known;
  }

  has(flag: string): boolean {
    return this.#known.has(flag);
  }

  /** Without it the load would be another one. */
  must(flag: string, value?: string | number): void {
    const { words, version } = this.#utility;
    if (!this.has(flag))
      throw new RefbenchError(
        "usage",
        `"coder ${words.join(" ")} ${this.#subcommand}" of ${version} has no --${flag}, which this load needs: expected a newer coder, or --engine refbench`,
      );
    this.#args.push(value === undefined ? `--${flag}` : `--${flag}=${value}`);
  }

  may(flag: string, value: string | number): void {
    if (this.has(flag)) this.must(flag, value);
  }

  all(files: CallFiles): string[] {
    return ["--global-config", files.folder, ...this.#utility.words, this.#subcommand, ...this.#args];
  }
}

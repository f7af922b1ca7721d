import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { CoderUtility } from "./find-utility.ts";

/** Files of one call, in a folder that only this user may read. */
export interface CallFiles {
  readonly folder: string;
  readonly report: string;
  /** YAML of the template's parameters. */
  readonly parameters: string;
}

/**
 * Bytes that a held connection sends where the task has no traffic: about the length of a refbench command.
 */
const QUIET_BYTES = 64;
const QUIET_TICK_MS = 1000;

/** The arguments that create the task's workspaces and leave them for the traffic and the cleanup. */
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
    // By file if possible: all users of a machine may read a process's arguments.
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

/** How many connections the utility makes: at most one per workspace. */
export function countUtilityConnections({ connections }: LoadTask, workspaces: number): number {
  return Math.min(connections.total, workspaces);
}

/** Whether its connections are SSH: either all of them or none. */
export function isSsh({ connections }: LoadTask): boolean {
  return connections.sshShare > 0.5;
}

/** How much each of its connections sends per tick, and the tick's length. */
export function utilityTraffic({ traffic }: LoadTask): {
  readonly bytesPerTick: number;
  readonly tickMs: number;
} {
  return traffic ?? { bytesPerTick: QUIET_BYTES, tickMs: QUIET_TICK_MS };
}

/** The arguments that hold a connection to each workspace in a range of the listing, and send over it. */
export function trafficArguments(
  task: LoadTask,
  utility: CoderUtility,
  {
    files,
    range,
  }: { readonly files: CallFiles; readonly range: { readonly from: number; readonly to: number } },
): string[] {
  const { bytesPerTick, tickMs } = utilityTraffic(task);
  if (utility.trafficFlags === undefined)
    throw new RefbenchError(
      "usage",
      `"coder ${utility.words.join(" ")}" of ${utility.version} cannot make traffic: use --connections 0, or a newer coder`,
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
  // Its metrics are not read, and its default port may be taken.
  flags.may("scaletest-prometheus-address", "127.0.0.1:0");
  flags.may("scaletest-prometheus-wait", "0s");
  return flags.all(files);
}

/** Arguments that only contain flags of this version of the utility. */
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

  /** Adds a flag that the load needs. Throws `usage` if this version does not have it. */
  must(flag: string, value?: string | number): void {
    const { words, version } = this.#utility;
    if (!this.has(flag))
      throw new RefbenchError(
        "usage",
        `"coder ${words.join(" ")} ${this.#subcommand}" of ${version} has no --${flag}, which this load needs: expected a newer coder, or use --engine refbench`,
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

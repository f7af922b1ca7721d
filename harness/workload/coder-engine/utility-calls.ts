import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext } from "../context/load-context.ts";
import { watchServerGauge } from "../connections/server-gauge.ts";
import { createArguments, trafficArguments } from "./arguments.ts";
import { utilityEnvironment } from "./utility-environment.ts";
import type { UtilityThings } from "./find-made.ts";
import { findReport, type UtilityRun } from "./report.ts";
import { runUtility } from "./run-utility.ts";
import { watchMade } from "./watch-made.ts";
import type { CoderUtility } from "./find-utility.ts";

/** How Coder's utility is run. */
export interface CoderEngineOptions {
  /** The result of `findCoderUtility`. */
  readonly utility: CoderUtility;
  /** Environment of this process. None of Coder's own variables is passed on. */
  readonly env: NodeJS.ProcessEnv;
  /** How long the utility may take to end once it was stopped, in milliseconds. @default 10,000 */
  readonly graceMs?: number;
  /** Aborted to skip the cleanup too. */
  readonly leave?: AbortSignal;
  /** The folder for its reports, without secrets. @default none */
  readonly reportsFolder?: string;
}

const GRACE_MS = 10_000;

type Connections = LoadResult["connections"];
type Usage = { readonly maxRssMib: number; readonly cpuSeconds: number };

/** Calls the utility for one load. */
export class UtilityCalls {
  readonly #load: LoadContext;
  readonly #options: CoderEngineOptions & { readonly folder: string };
  #usage: Usage = { maxRssMib: 0, cpuSeconds: 0 };

  constructor(load: LoadContext, options: CoderEngineOptions & { readonly folder: string }) {
    this.#load = load;
    this.#options = options;
  }

  get command(): string {
    return `coder ${this.#options.utility.words.join(" ")}`;
  }

  /** Memory and processor time of the utility's processes, over all calls. */
  get usage(): Usage {
    return this.#usage;
  }

  /** Throws, before anything is made, if this version of the utility lacks a flag that the load needs. */
  refuseMissing(): void {
    const { task } = this.#load;
    const { utility, folder } = this.#options;
    const files = { folder, report: folder, parameters: folder };
    if (task.existing === undefined) createArguments(task, utility, files);
    if (task.connections.total > 0) trafficArguments(task, utility, { files, range: { from: 0, to: 1 } });
  }

  /** Creates the task's workspaces and leaves them. */
  async create(before: UtilityThings): Promise<readonly UtilityRun[]> {
    const { board, task } = this.#load;
    board.activity = "creating workspaces (coder)";
    const ended = new AbortController();
    const known = new Set(before.workspaces.map(({ id }) => id));
    const watching = watchMade(this.#load, known, AbortSignal.any([ended.signal, this.#load.signal]));
    try {
      return await this.#call("create-workspaces", (files) =>
        createArguments(task, this.#options.utility, files),
      );
    } finally {
      ended.abort(new Error("the utility has ended"));
      await watching;
    }
  }

  /** Holds a connection to each workspace of the range, and sends over it. */
  async traffic(range: { readonly from: number; readonly to: number }): Promise<{
    readonly runs: readonly UtilityRun[];
    readonly gauged: Pick<Partial<Connections>, "serverGauge" | "serverGaugeAsked">;
  }> {
    const { board, task } = this.#load;
    board.activity = "holding (coder)";
    board.connections.wanted = range.to - range.from;
    const gauge = watchServerGauge(this.#load);
    try {
      const runs = await this.#call("workspace-traffic", (files) =>
        trafficArguments(task, this.#options.utility, { files, range }),
      );
      return { runs, gauged: await gauge.stop() };
    } finally {
      await gauge.stop();
    }
  }

  async #call(
    name: string,
    argumentsOf: (files: Parameters<typeof createArguments>[2]) => readonly string[],
  ): Promise<readonly UtilityRun[]> {
    const { folder, utility, env, graceMs = GRACE_MS, reportsFolder } = this.#options;
    const { task, signal, health } = this.#load;
    const { caPem } = task.deployment;
    const files = {
      folder: join(folder, "config"),
      report: join(folder, `${name}.json`),
      parameters: join(folder, "parameters.yaml"),
    };
    await mkdir(files.folder, { recursive: true });
    // JSON is valid YAML.
    await writeFile(files.parameters, `${JSON.stringify(task.parameters)}\n`, { mode: 0o600 });
    const caFile = caPem === undefined ? undefined : join(folder, "ca.pem");
    if (caFile !== undefined && caPem !== undefined) await writeFile(caFile, caPem);
    const args = argumentsOf(files);
    const secrets = [task.token, ...Object.values(task.deployment.headers ?? {})];
    health.startPacing();
    const end = await runUtility({
      binary: utility.binary,
      args,
      env: utilityEnvironment(env, { deployment: task.deployment, token: task.token, folder, caFile }),
      cwd: folder,
      secrets,
      signal,
      graceMs,
    }).finally(() => health.stopPacing());
    this.#usage = {
      maxRssMib: Math.max(this.#usage.maxRssMib, end.maxRssMib),
      cpuSeconds: Math.round((this.#usage.cpuSeconds + end.cpuSeconds) * 100) / 100,
    };
    const runs = await findReport(files.report, secrets);
    if (runs !== undefined && reportsFolder !== undefined) await storeReport(reportsFolder, name, runs);
    if (runs !== undefined) return runs;
    if (signal.aborted) return [];
    throw new RefbenchError(
      "coder",
      `"${this.command} ${name}" ended ${end.exitCode === undefined ? "by a signal" : `with ${end.exitCode}`} and without a report: ${end.said === "" ? "its stderr is empty" : end.said}`,
    );
  }
}

/** Stores the utility's report for a person who looks for the cause of a failure. */
async function storeReport(folder: string, name: string, runs: readonly UtilityRun[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `coder-${name}.json`), `${JSON.stringify(runs, null, 2)}\n`, { mode: 0o600 });
}

import { Argument, Command } from "commander";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError, verdictOfError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { EXIT_CODES, worst } from "../../tools/verdict.ts";
import { afterCreate } from "../../pipeline/driver/after-create.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { makeRun } from "../../pipeline/making/make-run.ts";
import { type Plan, planSchema } from "../../pipeline/folder/plan.ts";
import { executeRun } from "../../pipeline/driver/run.ts";
import type { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { exitCodeOf } from "../../pipeline/record/run-record.ts";
import { watchRun } from "../../pipeline/driver/watch.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes, exitCodeList } from "../help-notes.ts";
import { reportLeaving } from "../report-leaving.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { writeOutputs } from "../../results/output/outputs.ts";
import { type MetricsAddress, metricsListenOption } from "../live-metrics/metrics-option.ts";
import { type LiveMetrics, serveMetrics } from "../live-metrics/serve-metrics.ts";
import { addRunOptions, type RunFlags } from "../options/run-options.ts";

/** Where a run's result and its live metrics go. */
interface RunOutputFlags {
  readonly output: readonly OutputSpec[];
  readonly metricsListen?: MetricsAddress;
}

/** How long a run that its user leaves waits for its stage to stop. */
const LEAVE_MS = 3_000;

/** `refbench run <architecture>`: the main job, from data to a row of the table and a clean teardown. */
export function runCommand(io: Io): Command {
  const command = new Command("run").addArgument(
    new Argument("<architecture>", `one of ${[...architectures.keys()].join(", ")}`),
  );
  addRunOptions(command, io)
    .addOption(outputOption({ env: "REFBENCH_OUTPUT" }))
    .addOption(metricsListenOption());
  return addHelpNotes(command, {
    examples: [
      "refbench run gke --rehearse",
      "refbench run gke --rehearse --set connections.total=2000 --output json:result.json",
      "refbench run gke --project my-project --max-cost 20",
    ],
    notes: [
      `Exit codes: ${exitCodeList()}.`,
      "Ctrl-C stops the load and shows the teardown; a second one leaves it to the reaper (60).",
    ],
  }).action(async (architecture: string, flags: RunFlags & RunOutputFlags) => {
    const { runRequestOf } = await import("../run-request.ts");
    const request = await runRequestOf(architecture, flags, io, command);
    // A port that is taken is refused before anything exists.
    await using metrics = await serveMetrics(flags.metricsListen);
    const folder = await makeRun(io.cwd, systemClock, { ...request, isDriven: true });
    const plan = await readJson(folder.plan, planSchema);
    const record = await executeAndWatch(io, folder, plan, metrics);
    if (record === undefined) {
      io.exit(await afterCreate(plan, () => reportLeaving(folder, io)));
      return;
    }
    io.exit(exitCodeOf(record));
    await writeOutputs(record, flags.output, io).catch((error: unknown) => {
      // A result that cannot be written must not hide what the teardown found.
      io.stderr.write(`refbench: ${messageOf(error)}\n`);
      const failed = error instanceof RefbenchError ? verdictOfError[error.code] : "harness-error";
      io.exit(EXIT_CODES[worst([failed, record.verdict === "pending" ? "unverified" : record.verdict])]);
    });
  });
}

/** The final record, or undefined when the user left before it was. */
async function executeAndWatch(
  io: Io,
  folder: RunFolder,
  plan: Plan,
  metrics: LiveMetrics,
): Promise<RunRecord | undefined> {
  const reporter = metrics.over(progressReporter(io));
  using interrupts = listenForInterrupts((message) => reporter.writeLine(message));
  const { stop, leave } = interrupts;
  const left = new Promise<undefined>((resolve) => {
    leave.addEventListener("abort", () => setTimeout(() => resolve(undefined), LEAVE_MS).unref(), {
      once: true,
    });
  });
  const whole = async (): Promise<RunRecord | undefined> => {
    const { composePorts } = await import("../../composition/compose.ts");
    const ports = await composePorts(folder, plan, io.env);
    const fromOffset = await executeRun(folder, ports, { reporter, signal: stop });
    if (typeof fromOffset !== "number") return undefined;
    return afterCreate(plan, () =>
      watchRun(folder, ports, { reporter, signal: leave, fromOffset }).catch((error: unknown) => {
        if (leave.aborted) return undefined;
        throw error;
      }),
    );
  };
  try {
    return await Promise.race([whole(), left]);
  } finally {
    reporter.close();
  }
}

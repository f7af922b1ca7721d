import { RUN_NAMES } from "../../model/choose-run.ts";
import { Argument, Command } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { Reporter } from "../../model/ports/event.ts";
import {
  RUN_STAGES,
  STAGES,
  TEARDOWN_STAGES,
  type RunStage,
  type Stage,
  type TeardownStage,
} from "../../model/record/stage.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { afterCreate } from "../../pipeline/driver/after-create.ts";
import { openContext, type Ports } from "../../pipeline/context/context.ts";
import { watchCost } from "../../pipeline/cost/cost-watch.ts";
import { ensureReaper } from "../../pipeline/driver/ensure-reaper.ts";
import { EventTail } from "../../pipeline/folder/event-log.ts";
import { Journal } from "../../pipeline/folder/journal.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { makeRun, type RunRequest } from "../../pipeline/making/make-run.ts";
import { driverState } from "../../pipeline/folder/driver.ts";
import { planSchema } from "../../pipeline/folder/plan.ts";
import { findRequest, requestTeardown } from "../../pipeline/folder/request.ts";
import { watchReaper } from "../../pipeline/driver/reaper-watch.ts";
import { openRunFolder, type RunFolder } from "../../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../pipeline/record/run-record.ts";
import { runStage } from "../../pipeline/context/run-stage.ts";
import { RUN_STAGE_FUNCTIONS } from "../../pipeline/driver/run.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import { addRunOptions, type RunFlags } from "../options/run-options.ts";
import { spawnReaper } from "../../composition/spawn-reaper.ts";
import { takeOn } from "../../teardown/take-on.ts";
import { followTeardown } from "./watch.ts";

/** `refbench stage <name>`: one stage alone, and again. */
export function stageCommand(io: Io): Command {
  const command = new Command("stage")
    .addArgument(new Argument("<stage>", "the stage").choices(STAGES))
    .argument("[architecture]", "for preflight without --run: the architecture")
    .optionsGroup("Which run:")
    .option("--run <id>", `${RUN_NAMES}, or the path of its folder`);
  addRunOptions(command, io);
  return addHelpNotes(command, {
    examples: [
      "refbench stage preflight gke --rehearse",
      "refbench stage provision --run latest",
      "refbench stage drain --run latest",
    ],
    notes: [
      'A staged run is torn down at its expiry (--ttl) or by "refbench teardown". The stages drain, destroy, sweep and audit are performed by its reaper.',
    ],
  }).action(
    async (stage: Stage, architecture: string | undefined, flags: RunFlags & { readonly run?: string }) => {
      const { runRequestOf } = await import("../run-request.ts");
      const make = (name: string): Promise<RunRequest> => runRequestOf(name, flags, io, command);
      const folder = await folderOf(stage, architecture, flags.run, { io, make });
      if ((await findFinalRecord(folder)) !== undefined) {
        throw new RefbenchError(
          "usage",
          `${folder.path} is over, its record final: start another with "refbench stage preflight"`,
        );
      }
      if (isTeardown(stage)) await askReaper(stage, folder, io);
      else await runHere(stage, folder, io);
    },
  );
}

async function folderOf(
  stage: Stage,
  architecture: string | undefined,
  run: string | undefined,
  { io, make }: { readonly io: Io; readonly make: (architecture: string) => Promise<RunRequest> },
): Promise<RunFolder> {
  if (run !== undefined) {
    const folder = await openRunFolder(io.cwd, run);
    if ((await driverState(folder)) === "alive") {
      throw new RefbenchError(
        "usage",
        `${folder.path} belongs to a "refbench run" that is still at work: watch it with "refbench watch"`,
      );
    }
    await takeOn(folder, io.env);
    return folder;
  }
  if (stage !== "preflight" || architecture === undefined) {
    throw new RefbenchError(
      "usage",
      `stage ${stage} needs --run <id>; only "refbench stage preflight <architecture>" makes a run`,
    );
  }
  return makeRun(io.cwd, systemClock, await make(architecture));
}

async function runHere(stage: RunStage, folder: RunFolder, io: Io): Promise<void> {
  const reporter = progressReporter(io);
  using interrupts = listenForInterrupts((message) => reporter.writeLine(message));
  try {
    const plan = await readJson(folder.plan, planSchema);
    const { composePorts } = await import("../../composition/compose.ts");
    const ports = await composePorts(folder, plan, io.env);
    // Nothing may be created before somebody has promised to tear it down.
    if (stage !== "preflight") await ensureReaper(folder, ports);
    const perform = (): Promise<void> =>
      performStage(stage, folder, { ports, reporter, io, signal: interrupts.stop });
    await (stage === "preflight" ? perform() : afterCreate(plan, perform));
  } finally {
    reporter.close();
  }
}

async function performStage(
  stage: RunStage,
  folder: RunFolder,
  {
    ports,
    reporter,
    io,
    signal: stop,
  }: { readonly ports: Ports; readonly reporter: Reporter; readonly io: Io; readonly signal: AbortSignal },
): Promise<void> {
  const context = await openContext(folder, ports, { reporter, signal: stop });
  await using cost = watchCost(context);
  await using reaper = stage === "preflight" ? undefined : watchReaper(context);
  const signal = AbortSignal.any([cost.signal, ...(reaper === undefined ? [] : [reaper.signal])]);
  const outcome = await runStage(stage, RUN_STAGE_FUNCTIONS[stage], { ...context, signal });
  if (stage === "preflight") io.stdout.write(`${context.plan.runId}\n`);
  const interrupted = EXIT_CODES[cost.reached === undefined ? "interrupted" : "cost-ceiling"];
  const isFound = outcome === "failed" || reaper?.lost !== undefined;
  io.exit(outcome === "ok" ? 0 : isFound ? await lastFinding(folder) : interrupted);
}

async function lastFinding(folder: RunFolder): Promise<number> {
  const { entries } = await new Journal(folder.journal, systemClock).read();
  const finding = entries.findLast((entry) => entry.type === "finding");
  return finding?.type === "finding" ? EXIT_CODES[finding.verdict] : EXIT_CODES["harness-error"];
}

async function askReaper(stage: TeardownStage, folder: RunFolder, io: Io): Promise<void> {
  const fromOffset = await EventTail.end(folder.events);
  await requestTeardown(folder, { through: stage, only: true, reason: "stage" });
  await ensureReaper(folder, { clock: systemClock, spawnReaper });
  if (stage === "audit") {
    await followTeardown(io, folder, fromOffset);
    return;
  }
  const reporter = progressReporter(io);
  const tail = new EventTail(folder.events, fromOffset);
  let failed = false;
  try {
    for (let done = false; !done;) {
      done = (await findRequest(folder)) === undefined;
      for (const event of await tail.next()) {
        reporter.report(event);
        if (event.type === "stage.finished" && event.outcome !== "ok") failed = true;
      }
      if (!done) await systemClock.sleep(200);
    }
  } finally {
    reporter.close();
  }
  io.exit(failed ? await lastFinding(folder) : 0);
}

function isTeardown(stage: Stage): stage is TeardownStage {
  return (
    (TEARDOWN_STAGES as readonly Stage[]).includes(stage) && !(RUN_STAGES as readonly Stage[]).includes(stage)
  );
}

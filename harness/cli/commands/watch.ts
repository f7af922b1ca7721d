import { basename } from "node:path";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command } from "commander";
import { afterCreate } from "../../pipeline/driver/after-create.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { planSchema } from "../../pipeline/folder/plan.ts";
import { openRunFolder, type RunFolder } from "../../pipeline/folder/run-folder.ts";
import { watchRun } from "../../pipeline/driver/watch.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import { spawnReaper } from "../../composition/spawn-reaper.ts";
import { outcomeLine, teardownOutcomeOf, teardownExitCode } from "../../teardown/report.ts";

/** `refbench watch <run>`: follows a run and its teardown; leaving it changes nothing. */
export function watchCommand(io: Io): Command {
  const command = new Command("watch").argument("<run>", `${RUN_NAMES}, or the path of its folder`);
  return addHelpNotes(command, {
    examples: ["refbench watch latest"],
    notes: ["Exit codes: 0 clean, 40 leaked, 41 unverified, 60 left before the end."],
  }).action(async (run: string) => followTeardown(io, await openRunFolder(io.cwd, run)));
}

/** Shows a run until its record is final, says what its teardown found, and sets the exit code by that alone. */
export async function followTeardown(io: Io, folder: RunFolder, fromOffset = 0): Promise<void> {
  using interrupts = listenForInterrupts(() => undefined);
  const reporter = progressReporter(io);
  let record: RunRecord;
  try {
    const place = (await salvageJson(folder.plan, planSchema)) ?? { runId: basename(folder.path) };
    record = await afterCreate(place, () =>
      watchRun(
        folder,
        { clock: systemClock, spawnReaper },
        { reporter, signal: interrupts.stop, fromOffset },
      ),
    );
  } catch (error) {
    if (!interrupts.stop.aborted) throw error;
    io.exit(EXIT_CODES["handed-over"]);
    return;
  } finally {
    reporter.close();
  }
  const outcome = teardownOutcomeOf(record);
  io.stdout.write(`${outcomeLine(outcome)}\n`);
  io.exit(teardownExitCode([outcome]));
}

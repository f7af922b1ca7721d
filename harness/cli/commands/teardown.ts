import { jsonText, oneLine } from "../../tools/safe-text.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command, Option } from "commander";
import { openBucket } from "../../inventory/buckets/open-bucket.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { ensureReaper } from "../../pipeline/driver/ensure-reaper.ts";
import { EventTail } from "../../pipeline/folder/event-log.ts";
import { keepFinalRecord } from "../../pipeline/mirror/mirrored-records.ts";
import { findMirroredRun } from "../../pipeline/mirror/restore.ts";
import { openRunFolder, type RunFolder } from "../../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../pipeline/record/run-record.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { writeForms } from "../../results/output/outputs.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { openMirror } from "../../composition/open-mirror.ts";
import { bucketUrl } from "../options/parsers.ts";
import { spawnReaper } from "../../composition/spawn-reaper.ts";
import { teardownExitCode, teardownText } from "../../teardown/report.ts";
import { requestWholeTeardown, restoreWhenFree } from "../../teardown/restored-run.ts";
import { takeOn } from "../../teardown/take-on.ts";
import { tearDownAll } from "../../teardown/tear-down-all.ts";
import { followTeardown } from "./watch.ts";
import { duration } from "../../tools/quantities.ts";

interface TeardownFlags {
  readonly from?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly wait: number;
  readonly output: readonly OutputSpec[];
}

/** `refbench teardown <run>`: asks the reaper for the whole teardown and shows it; `--all --from` for a bucket's runs. */
export function teardownCommand(io: Io): Command {
  const command = new Command("teardown")
    .argument("[run]", `${RUN_NAMES}, or the path of its folder`)
    .optionsGroup("Runs of a lost machine:")
    .addOption(
      new Option(
        "--from <url>",
        "restore the run's folder from this mirror first (the URL that --mirror had)",
      ).argParser(bucketUrl("--from")),
    )
    .option("--all", "with --from: every run of the mirror that is not finished and has no driver or reaper")
    .option("--dry-run", "with --all: report what would be torn down, and change nothing")
    .addOption(
      new Option("--wait <duration>", "with --all: time for the teardown of one run")
        .default(3 * 3_600_000, "3h")
        .argParser(duration("--wait")),
    )
    .optionsGroup("Options:")
    .addOption(outputOption({ forms: ["text", "json"], also: "with --all" }));
  return addHelpNotes(command, {
    examples: [
      "refbench teardown latest",
      "refbench teardown 01jd8k --from gs://my-bucket/mirror",
      "refbench teardown --all --from gs://my-bucket/mirror --dry-run",
    ],
    notes: [
      "Exit codes: 0 clean, 40 leaked, 41 unverified, 60 left to the reaper before the end. With --all: the heaviest.",
    ],
  }).action(async (run: string | undefined, flags: TeardownFlags) => {
    if (flags.all === true) return all(run, flags, io);
    if (run === undefined)
      throw new RefbenchError(
        "usage",
        "no run is named: expected its id or folder, or --all with --from <url>",
      );
    refuseWithoutAll(flags, command);
    return flags.from === undefined ? one(run, io) : oneFrom(run, flags.from, io);
  });
}

async function one(run: string, io: Io): Promise<void> {
  await tornDown(await openRunFolder(io.cwd, run), io);
}

async function oneFrom(run: string, from: string, io: Io): Promise<void> {
  const bucket = await openBucket(from, io.env, "--from");
  const runId = await findMirroredRun(bucket, run);
  const reportLine = (message: string): void => void io.stderr.write(`refbench: ${message}\n`);
  const folder = await restoreWhenFree(bucket, runId, {
    cwd: io.cwd,
    env: io.env,
    clock: systemClock,
    reportLine,
  });
  await tornDown(folder, io);
  if ((await findFinalRecord(folder)) === undefined) return;
  await keepFinalRecord(bucket, folder, runId).catch((error: unknown) =>
    reportLine(`the record of ${runId} is not in the mirror: ${messageOf(error)}`),
  );
}

async function tornDown(folder: RunFolder, io: Io): Promise<void> {
  const offset = await EventTail.end(folder.events);
  const final = await findFinalRecord(folder);
  // A teardown that leaked or could not verify continues, once a credential is renewed or somebody has helped.
  if (final?.teardown.state !== "clean") {
    await takeOn(folder, io.env);
    await requestWholeTeardown(folder);
    await ensureReaper(folder, { clock: systemClock, spawnReaper });
  }
  await followTeardown(io, folder, offset);
}

async function all(
  run: string | undefined,
  { from, dryRun = false, wait, output }: TeardownFlags,
  io: Io,
): Promise<void> {
  if (run !== undefined)
    throw new RefbenchError("usage", `--all takes every run, and "${run}" names one: remove one of the two`);
  if (from === undefined) {
    throw new RefbenchError(
      "usage",
      '--all needs --from <url>, the mirror that holds the runs; those of this folder are what "refbench sweep" begins with',
    );
  }
  const bucket = await openMirror(from, io);
  const reportLine = (line: string): void => void io.stderr.write(`${oneLine(line)}\n`);
  using interrupts = listenForInterrupts(() =>
    reportLine("left to the reapers; the runs that ended are listed below"),
  );
  const report = await tearDownAll(bucket, {
    clock: systemClock,
    cwd: io.cwd,
    env: io.env,
    dryRun,
    waitMs: wait,
    reportLine,
    signal: interrupts.stop,
  });
  io.exit(teardownExitCode(report.runs));
  const form = (format: string): string => (format === "json" ? jsonText(report) : teardownText(report));
  await writeForms(form, output, io);
}

function refuseWithoutAll({ dryRun }: TeardownFlags, command: Command): void {
  const isOutput = command.getOptionValueSource("output") === "cli";
  const given = dryRun === true ? "--dry-run" : isOutput ? "--output" : undefined;
  if (given !== undefined)
    throw new RefbenchError("usage", `${given} needs --all: add --all --from <url>, or remove ${given}`);
}

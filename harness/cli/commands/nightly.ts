import { resolve } from "node:path";
import { Command, Option } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { accountOption, projectOption, rehearseOption } from "../options/cloud-options.ts";
import { outputOption } from "../options/output-option.ts";
import { coderVersionOption } from "../../composition/settings/coder-channel.ts";
import { addHelpNotes, exitCodeList } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { licenceFileOption } from "../options/licence-option.ts";
import { withNightLock } from "../../nights/lock.ts";
import { NightBook } from "../../nights/night-book.ts";
import type { NightlyFlags } from "../../nights/read-request.ts";
import { toExitCode, runNight } from "../../nights/run-night.ts";
import { DEFAULT_SIZES } from "../../nights/sizes.ts";
import { siteFolder } from "../../results/publish/site-folder.ts";
import { writeSummary } from "../nightly/write-summary.ts";
import { refbenchVersion } from "../../composition/settings/refbench-version.ts";
import { storeOption } from "../results/places.ts";
import { bucketUrl, collect } from "../options/parsers.ts";
import { duration, positive } from "../../tools/quantities.ts";

/** `refbench nightly`: every size of a list unattended, one after the other, with sweeps, publication and a summary. */
export function nightlyCommand(io: Io): Command {
  const command = new Command("nightly");
  addWhereOptions(command.optionsGroup("Where it runs:"));
  addMeasuredOptions(command.optionsGroup("What is measured:"));
  addBoundOptions(command.optionsGroup("Time, cost and state:"));
  addPublicationOptions(command.optionsGroup("Results:"));
  addRehearsalOptions(command.optionsGroup("Rehearsals:"));
  command.optionsGroup("Options:").addOption(outputOption({ env: "REFBENCH_OUTPUT" }));
  return addHelpNotes(command, {
    examples: [
      "refbench nightly --rehearse --sizes gke/canary",
      "refbench nightly --project my-project --max-cost 100 --night-time 8h",
    ],
    notes: [
      "A run that fails does not stop the next run. A zone without machines is replaced once by another zone. Two nights of a folder never overlap. A night that was killed is found, torn down and reported by the next night.",
      `Exit codes: the heaviest of the night: ${exitCodeList()}. A sweep that finds something after the runs is 40.`,
      "Ctrl-C stops the current run, tears it down, skips the others, sweeps and publishes; a second one leaves at once (60).",
    ],
  }).action((flags: NightlyFlags & { readonly output: readonly OutputSpec[] }) => nightly(flags, io));
}

function addWhereOptions(command: Command): void {
  command
    .addOption(rehearseOption("on this machine against the twin cloud: no cloud, no account"))
    .addOption(projectOption("the Google project, which its owner labelled refbench=allowed"))
    .addOption(accountOption("the AWS account, which its owner marked refbench-allowed"));
}

function addMeasuredOptions(command: Command): void {
  command
    .addOption(
      new Option("--sizes <list>", "architecture/size, in this order")
        .env("REFBENCH_SIZES")
        .default(DEFAULT_SIZES),
    )
    .addOption(coderVersionOption())
    .addOption(licenceFileOption())
    .addOption(
      new Option(
        "--unofficial",
        "measure although this checkout has no known commit or has changes; its records are in no table",
      ).env("REFBENCH_UNOFFICIAL"),
    );
}

function addBoundOptions(command: Command): void {
  command
    .addOption(
      new Option("--max-cost <usd>", "USD for the whole night; a run that could exceed it is not started")
        .env("REFBENCH_MAX_COST")
        .argParser(positive("--max-cost")),
    )
    .addOption(
      new Option("--run-time <duration>", "time of one run before it is stopped and torn down")
        .env("REFBENCH_RUN_TIME")
        .default(4 * 3_600_000, "4h")
        .argParser(duration("--run-time")),
    )
    .addOption(
      new Option(
        "--night-time <duration>",
        "time of the whole night: a run starts only while it fits with its teardown (default: no limit)",
      )
        .env("REFBENCH_NIGHT_TIME")
        .argParser(duration("--night-time")),
    )
    .addOption(
      new Option(
        "--mirror <url>",
        "copy what a teardown needs to another place: gs://bucket/prefix, s3://bucket/prefix",
      )
        .env("REFBENCH_MIRROR")
        .argParser(bucketUrl("--mirror")),
    )
    .addOption(
      new Option(
        "--state <url>",
        "keep Terraform's state in your bucket: gs://bucket/prefix, s3://bucket/prefix",
      )
        .env("REFBENCH_STATE")
        .argParser(bucketUrl("--state")),
    );
}

function addPublicationOptions(command: Command): void {
  command
    .addOption(storeOption())
    .addOption(
      new Option(
        "--site <dir>",
        `folder of the static site (default: ${siteFolder(false)}, for rehearsals ${siteFolder(true)})`,
      ).env("REFBENCH_SITE"),
    )
    .addOption(
      new Option("--table <file>", "write the table between the markers of this file").env("REFBENCH_TABLE"),
    );
}

function addRehearsalOptions(command: Command): void {
  command
    .addOption(
      new Option("--speed <factor>", "divides the durations of the twin's cloud")
        .env("REFBENCH_SPEED")
        .argParser(positive("--speed")),
    )
    .addOption(
      new Option("--build-speed <factor>", "divides the durations of the emulator's builds")
        .env("REFBENCH_BUILD_SPEED")
        .argParser(positive("--build-speed")),
    )
    .addOption(
      new Option("--faults <size=file>", "faults that the twin plays for one size; repeatable")
        .default([], "none")
        .argParser(collect),
    );
}

async function nightly(
  { output: outputs, ...flags }: NightlyFlags & { readonly output: readonly OutputSpec[] },
  io: Io,
): Promise<void> {
  const { readNightRequest } = await import("../../nights/read-request.ts");
  const request = await readNightRequest(flags, io, await refbenchVersion());
  const book = new NightBook(io.cwd);
  const report = (line: string): void => void io.stderr.write(`${line}\n`);
  using interrupts = listenForInterrupts((message) => report(`night: ${message}`));
  const { stop, leave } = interrupts;
  const { nightPorts } = await import("../../nights/night-ports.ts");
  const night = await withNightLock({ folder: book.lease, clock: systemClock, report }, (lost) =>
    runNight(request, nightPorts(request, book, io), { stop: AbortSignal.any([stop, lost]), leave }),
  );
  // The night's findings outweigh a summary that cannot be written.
  const summaryVerdict = await writeSummary(night, outputs, io).then(
    () => "pass" as const,
    (error: unknown) => {
      io.stderr.write(`refbench: ${messageOf(error)}\n`);
      return "harness-error" as const;
    },
  );
  if (night.steps.some(({ name, outcome }) => name === "publish" && outcome === "ok")) {
    report(`night: site ${resolve(io.cwd, request.site, "index.html")}`);
    report(`night: table "refbench results table${request.rehearse ? " --rehearsals" : ""}"`);
  }
  io.exit(toExitCode(night, summaryVerdict));
}

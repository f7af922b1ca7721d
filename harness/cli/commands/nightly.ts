import { Command, Option } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { coderVersionOption } from "../../composition/settings/coder-channel.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { licenceFileOption } from "../options/licence-option.ts";
import { underNightLock } from "../../nights/lock.ts";
import { NightBook } from "../../nights/night-book.ts";
import { type NightlyFlags, readNightRequest } from "../../nights/read-request.ts";
import { exitCodeOfNight, runNight } from "../../nights/run-night.ts";
import { DEFAULT_SIZES } from "../../nights/sizes.ts";
import { writeSummary } from "../nightly/write-summary.ts";
import { refbenchVersion } from "../../composition/settings/refbench-version.ts";
import { storeOption } from "../results/places.ts";
import { bucketUrl, collect } from "../options/parsers.ts";
import { duration, positive } from "../../tools/quantities.ts";

/** `refbench nightly`: every size of a list, one after the other, unattended, with what belongs before and after. */
export function nightlyCommand(io: Io): Command {
  return new Command("nightly")
    .addOption(
      new Option("--sizes <list>", "architecture/size, in this order")
        .env("REFBENCH_SIZES")
        .default(DEFAULT_SIZES),
    )
    .addOption(
      new Option("--rehearse", "on this machine against the twin cloud: no cloud, no account").env(
        "REFBENCH_REHEARSE",
      ),
    )
    .addOption(
      new Option("--project <id>", "the Google project, whose owner labelled it refbench=allowed").env(
        "REFBENCH_PROJECT",
      ),
    )
    .addOption(
      new Option("--account <id>", "the AWS account, whose owner marked it refbench-allowed").env(
        "REFBENCH_ACCOUNT",
      ),
    )
    .addOption(coderVersionOption())
    .addOption(
      new Option("--max-cost <usd>", "USD for the whole night; a run that could cross it is not started")
        .env("REFBENCH_MAX_COST")
        .argParser(positive("--max-cost")),
    )
    .addOption(
      new Option("--run-time <duration>", "how long one run may take before it is stopped and torn down")
        .env("REFBENCH_RUN_TIME")
        .default(4 * 3_600_000, "4h")
        .argParser(duration("--run-time")),
    )
    .addOption(
      new Option(
        "--night-time <duration>",
        "how long all of it may take: a run is begun only while it fits with its teardown (default: as long as it takes)",
      )
        .env("REFBENCH_NIGHT_TIME")
        .argParser(duration("--night-time")),
    )
    .addOption(licenceFileOption())
    .addOption(
      new Option("--mirror <url>", "copy what a teardown needs off this machine: gs://bucket/prefix, s3://…")
        .env("REFBENCH_MIRROR")
        .argParser(bucketUrl("--mirror")),
    )
    .addOption(
      new Option("--state <url>", "keep Terraform's state in your bucket: gs://bucket/prefix or s3://…")
        .env("REFBENCH_STATE")
        .argParser(bucketUrl("--state")),
    )
    .addOption(
      new Option("--speed <factor>", "rehearsal: compresses the twin's cloud durations")
        .env("REFBENCH_SPEED")
        .argParser(positive("--speed")),
    )
    .addOption(
      new Option("--build-speed <factor>", "rehearsal: compresses the emulator's builds")
        .env("REFBENCH_BUILD_SPEED")
        .argParser(positive("--build-speed")),
    )
    .addOption(
      new Option("--faults <size=file>", "rehearsal: faults for one size's twin to play; repeatable")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(storeOption())
    .addOption(
      new Option(
        "--site <dir>",
        "where the page is written (default: site, of rehearsals .refbench/rehearsals-site)",
      ).env("REFBENCH_SITE"),
    )
    .addOption(
      new Option("--table <file>", "write the table between the markers of this file").env("REFBENCH_TABLE"),
    )
    .addOption(
      new Option(
        "--unofficial",
        "measure although this checkout has no known commit, or changes in none: its records are in no table",
      ).env("REFBENCH_UNOFFICIAL"),
    )
    .addOption(outputOption({ env: "REFBENCH_OUTPUT" }))
    .addHelpText("after", HELP)
    .action(async (flags: NightlyFlags & { readonly output: readonly OutputSpec[] }) => nightly(flags, io));
}

async function nightly(
  { output: outputs, ...flags }: NightlyFlags & { readonly output: readonly OutputSpec[] },
  io: Io,
): Promise<void> {
  const request = await readNightRequest(flags, io, await refbenchVersion());
  const book = new NightBook(io.cwd);
  const tell = (line: string): void => void io.stderr.write(`${line}\n`);
  using interrupts = listenForInterrupts((message) => tell(`night: ${message}`));
  const { stop, leave } = interrupts;
  const { nightPorts } = await import("../../nights/night-ports.ts");
  const night = await underNightLock({ folder: book.lease, clock: systemClock, tell }, (lost) =>
    runNight(request, nightPorts(request, book, io), { stop: AbortSignal.any([stop, lost]), leave }),
  );
  // What the night found outweighs that its summary has no place.
  const told = await writeSummary(night, outputs, io).then(
    () => "pass" as const,
    (error: unknown) => {
      io.stderr.write(`refbench: ${messageOf(error)}\n`);
      return "harness-error" as const;
    },
  );
  io.exit(exitCodeOfNight(night, told));
}

const HELP = `
One run that fails never stops the next; a zone without machines is tried once in another one. Two nights of a folder
never overlap, and a night that was killed is found, torn down and told by the next.

Exit codes: the heaviest of the night: ${Object.entries(EXIT_CODES)
  .map(([word, code]) => `${code} ${word}`)
  .join(", ")}. A sweep that finds something after the runs is 40.
Ctrl-C stops the run at work, tears it down, skips the others, sweeps and publishes; a second one leaves at once (60).`;

import { Command, Option } from "commander";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { systemClock } from "../../model/clock.ts";
import { messageOf, RefbenchError } from "../../model/error.ts";
import { newRunId } from "../../model/run-id.ts";
import { EXIT_CODES } from "../../model/verdict.ts";
import { parseOutputs } from "../../results/output-spec.ts";
import { coderVersionOption, resolveCoderVersion } from "../coder-channel.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../io.ts";
import { licenceFileOption } from "../licence-option.ts";
import { underNightLock } from "../nightly/lock.ts";
import { NightBook } from "../nightly/night-book.ts";
import { nightPorts } from "../nightly/night-ports.ts";
import { refuseShortNight } from "../nightly/night-time.ts";
import type { NightRequest } from "../nightly/request.ts";
import { exitCodeOfNight, runNight } from "../nightly/run-night.ts";
import { DEFAULT_SIZES, nameOf, parseSizes, type SizeName } from "../nightly/sizes.ts";
import { writeSummary } from "../nightly/write-summary.ts";
import { storeOption } from "../results/places.ts";
import { bucketUrl, checkedFaults, collect, duration, positive } from "../run-options.ts";
import { resolve } from "node:path";

interface NightlyFlags {
  readonly sizes: string;
  readonly rehearse?: boolean;
  readonly project?: string;
  readonly account?: string;
  readonly coderVersion?: string;
  readonly maxCost?: number;
  readonly runTime: number;
  readonly nightTime?: number;
  readonly licenceFile?: string;
  readonly mirror?: string;
  readonly state?: string;
  readonly speed?: number;
  readonly buildSpeed?: number;
  readonly faults: readonly string[];
  readonly store?: string;
  readonly site?: string;
  readonly table?: string;
  readonly output: readonly string[];
}

/** `refbench nightly`: every size of a list, one after the other, unattended, with what belongs before and after. */
export function nightlyCommand(io: Io): Command {
  return new Command("nightly")
    .description("measure several sizes unattended: sweep, preflight, run each, sweep, publish, sum up")
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
      new Option("--output <format[:path]>", "text, json or markdown, on stdout or into a file; repeatable")
        .env("REFBENCH_OUTPUT")
        .default([], "text")
        .argParser(collect),
    )
    .addHelpText("after", HELP)
    .action(async (flags: NightlyFlags) => nightly(flags, io));
}

async function nightly(flags: NightlyFlags, io: Io): Promise<void> {
  const outputs = parseOutputs(flags.output);
  const request = await requestOf(flags, io);
  const book = new NightBook(io.cwd);
  const tell = (line: string): void => void io.stderr.write(`${line}\n`);
  using interrupts = listenForInterrupts((message) => tell(`night: ${message}`));
  const { stop, leave } = interrupts;
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

async function requestOf(flags: NightlyFlags, io: Io): Promise<NightRequest> {
  const { rehearse = false, project, account, maxCost, store, site, table, coderVersion } = flags;
  const sizes = parseSizes(flags.sizes);
  refuseMissingPlace(sizes, flags);
  const speeds = { "--speed": flags.speed, "--build-speed": flags.buildSpeed };
  const files = { "--licence-file": flags.licenceFile, "--mirror": flags.mirror, "--state": flags.state };
  const given = Object.entries(rehearse ? { ...speeds, "--mirror": flags.mirror } : files);
  const wrong = Object.entries(rehearse ? { "--state": flags.state } : speeds).find(
    ([, value]) => value !== undefined,
  );
  if (wrong !== undefined || (!rehearse && flags.faults.length > 0)) {
    throw new RefbenchError(
      "usage",
      `${wrong?.[0] ?? "--faults"} is nothing for ${rehearse ? "a rehearsal: leave it out" : "a real night: leave it out, or add --rehearse"}`,
    );
  }
  const request: NightRequest = {
    night: newRunId(systemClock.now()),
    sizes,
    rehearse,
    ...(project === undefined ? {} : { project }),
    ...(account === undefined ? {} : { account }),
    ...(coderVersion === undefined
      ? {}
      : {
          coderVersion: await resolveCoderVersion(coderVersion, { rehearse, token: io.env["GITHUB_TOKEN"] }),
        }),
    ...(maxCost === undefined ? {} : { maxCost }),
    runTimeMs: flags.runTime,
    ...(flags.nightTime === undefined ? {} : { nightTimeMs: flags.nightTime }),
    runFlags: given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
    ...(rehearse || flags.licenceFile === undefined ? {} : { licenceFile: flags.licenceFile }),
    faults: faultsOf(flags.faults, sizes, io),
    ...(store === undefined ? {} : { store }),
    site: site ?? (rehearse ? ".refbench/rehearsals-site" : "site"),
    ...(table === undefined ? {} : { table }),
  };
  refuseShortNight(request);
  return request;
}

function refuseMissingPlace(sizes: readonly SizeName[], { rehearse, project, account }: NightlyFlags): void {
  if (rehearse === true) return;
  for (const size of sizes) {
    const { cloud } = getArchitecture(size.architecture);
    const [flag, value] = cloud === "google" ? ["--project", project] : ["--account", account];
    if (value !== undefined && value !== "") continue;
    throw new RefbenchError(
      "usage",
      `${nameOf(size)} is measured in a real cloud, and ${flag} does not say in whose: add ${flag} <id>, or --rehearse`,
    );
  }
}

function faultsOf(
  given: readonly string[],
  sizes: readonly SizeName[],
  { cwd }: Io,
): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [, name = "", file = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (sizes.some((size) => nameOf(size) === name)) return [name, checkedFaults(resolve(cwd, file))];
      throw new RefbenchError(
        "usage",
        `--faults is "${text}", expected <size>=<file> with a size of --sizes`,
      );
    }),
  );
}

const HELP = `
One run that fails never stops the next; a zone without machines is tried once in another one. Two nights of a folder
never overlap, and a night that was killed is found, torn down and told by the next.

Exit codes: the heaviest of the night: ${Object.entries(EXIT_CODES)
  .map(([word, code]) => `${code} ${word}`)
  .join(", ")}. A sweep that finds something after the runs is 40.
Ctrl-C stops the run at work, tears it down, skips the others, sweeps and publishes; a second one leaves at once (60).`;

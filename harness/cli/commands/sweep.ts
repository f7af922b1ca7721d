import { oneLine } from "../../tools/safe-text.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command, Option } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { DEFAULT_MAX_RESOURCES } from "../../inventory/sweep/breaker.ts";
import type { SweepOutcome } from "../../inventory/sweep/heartbeat.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { accountOption, projectOption, regionOption, rehearseOption } from "../options/cloud-options.ts";
import { contextOption, kubeconfigOption } from "../options/own-cluster-options.ts";
import { outputOption } from "../options/output-option.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { checkHeartbeat } from "../sweep/check.ts";
import { SweepFolder } from "../../teardown/folder.ts";
import { findNamedRun } from "../../teardown/named-run.ts";
import type { TargetFlags } from "../../teardown/targets.ts";
import { writeSweepReport } from "../sweep/write-report.ts";
import { LONGEST_AGE_MS, count, duration } from "../../tools/quantities.ts";

const SWEEP_EXIT_CODES = {
  clean: EXIT_CODES.pass,
  swept: EXIT_CODES["slo-failed"],
  "could-not": EXIT_CODES.unverified,
} as const satisfies Record<SweepOutcome, number>;

interface SweepFlags extends TargetFlags {
  readonly olderThan: number;
  readonly run?: string;
  readonly dryRun?: boolean;
  readonly includeUnlabelled?: boolean;
  readonly maxResources?: number;
  readonly wait: number;
  readonly check?: boolean;
  readonly period: number;
  readonly output: readonly OutputSpec[];
}

/** `refbench sweep`: removes what runs left, first by the state of each run, then by what an inventory lists. */
export function sweepCommand(io: Io): Command {
  const command = new Command("sweep");
  addTargetOptions(command.optionsGroup("Where:"));
  addScopeOptions(command.optionsGroup("What is removed:"));
  addScheduleOptions(command.optionsGroup("Check of a schedule:"));
  command
    .optionsGroup("Options:")
    .addOption(
      new Option("--wait <duration>", "time for the teardown of one run")
        .default(3 * 3_600_000, "3h")
        .argParser(duration("--wait")),
    )
    .addOption(outputOption({ forms: ["text", "json"] }));
  return addHelpNotes(command, {
    examples: [
      "refbench sweep --rehearse",
      "refbench sweep --project my-project --dry-run",
      "refbench sweep --account 123456789012 --region us-east-1 --older-than 1d",
      "refbench sweep --context my-cluster --dry-run",
      "refbench sweep --project my-project --check --period 24h",
    ],
    notes: [
      "Exit codes: 0 clean, 10 swept (with --dry-run: would be), 41 could not. With --check: 0, or 41 when a sweep is overdue.",
    ],
  }).action((flags: SweepFlags) => sweep(flags, io));
}

function addTargetOptions(command: Command): void {
  command
    .addOption(rehearseOption("the twin cloud of this folder"))
    .addOption(projectOption("this Google project, which its owner labelled refbench=allowed"))
    .addOption(accountOption("this AWS account, which its owner marked refbench-allowed"))
    .addOption(regionOption("with --account: region of the AWS account"))
    .addOption(contextOption())
    .addOption(kubeconfigOption());
}

function addScopeOptions(command: Command): void {
  command
    .option("--dry-run", "report what would be removed, and remove nothing")
    .option(
      "--run <id>",
      `this run only, whatever its age or expiry (${RUN_NAMES}); a run at work is not touched`,
    )
    .addOption(
      new Option("--older-than <duration>", "age from which resources of a run without an expiry are removed")
        .env("REFBENCH_OLDER_THAN")
        .default(6 * 3_600_000, "6h")
        .argParser(duration("--older-than", { orZero: true, mostMs: LONGEST_AGE_MS })),
    )
    .option("--include-unlabelled", "also remove old resources that no label, name or place ties to a run")
    .addOption(
      new Option(
        "--max-resources <n>",
        `remove nothing when more would be removed (default: ${DEFAULT_MAX_RESOURCES} that are removed for their age only)`,
      )
        .env("REFBENCH_MAX_RESOURCES")
        .argParser(count("--max-resources", 0)),
    );
}

function addScheduleOptions(command: Command): void {
  command
    .option("--check", "sweep nothing; fail when the last complete sweep is older than two periods")
    .addOption(
      new Option("--period <duration>", "with --check: how often sweeps are scheduled")
        .env("REFBENCH_SWEEP_PERIOD")
        .default(24 * 3_600_000, "24h")
        .argParser(duration("--period")),
    );
}

async function sweep(flags: SweepFlags, io: Io): Promise<void> {
  const { chooseTargets } = await import("../../teardown/targets.ts");
  const chosen = await chooseTargets(flags, io);
  if (flags.check === true) {
    const refused = (["run", "dryRun"] as const).some((name) => flags[name] !== undefined);
    if (refused) throw new RefbenchError("usage", "--check sweeps nothing: remove --run and --dry-run");
    const folder = new SweepFolder(io.cwd, systemClock);
    io.exit(
      await checkHeartbeat(
        { folder, targets: chosen.targets, periodMs: flags.period, nowMs: systemClock.now() },
        io,
      ),
    );
    return;
  }
  const runId = flags.run === undefined ? undefined : await findNamedRun(io.cwd, flags.run);
  const report = (line: string): void => void io.stderr.write(`${oneLine(line)}\n`);
  using interrupts = listenForInterrupts(() => report("stopping; what was removed is listed below"));
  const { sweepFolder } = await import("../../teardown/sweep-folder.ts");
  const swept = await sweepFolder(
    {
      ...chosen,
      question: {
        ...(runId === undefined ? {} : { runId }),
        olderThanMs: flags.olderThan,
        includeUnlabelled: flags.includeUnlabelled === true,
        dryRun: flags.dryRun === true,
        ...(flags.maxResources === undefined ? {} : { maxResources: flags.maxResources }),
      },
      waitMs: flags.wait,
    },
    { io, reportLine: report, signal: interrupts.stop },
  );
  await writeSweepReport(swept, flags.output, io);
  io.exit(SWEEP_EXIT_CODES[swept.outcome]);
}

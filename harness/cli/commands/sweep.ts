import { oneLine } from "../../tools/safe-text.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command, Option } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { DEFAULT_MAX_RESOURCES } from "../../inventory/sweep/breaker.ts";
import type { SweepOutcome } from "../../inventory/sweep/heartbeat.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { checkHeartbeat } from "../sweep/check.ts";
import { SweepFolder } from "../../teardown/folder.ts";
import { namedRun } from "../../teardown/named-run.ts";
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

/** `refbench sweep`: removes what runs left behind, by their state first, then by what an inventory says exists. */
export function sweepCommand(io: Io): Command {
  return addTargetOptions(new Command("sweep"))
    .addOption(
      new Option("--older-than <duration>", "remove things of a run without an expiry after this long")
        .env("REFBENCH_OLDER_THAN")
        .default(6 * 3_600_000, "6h")
        .argParser(duration("--older-than", { orZero: true, mostMs: LONGEST_AGE_MS })),
    )
    .option(
      "--run <id>",
      `this run alone, whatever its age or expiry (${RUN_NAMES}); one that lives is not touched`,
    )
    .option("--dry-run", "say what would be removed and remove nothing")
    .option("--include-unlabelled", "also remove old things that no label, name or place ties to a run")
    .addOption(
      new Option(
        "--max-resources <n>",
        `remove nothing when there is more to remove (default: ${DEFAULT_MAX_RESOURCES} that go for their age alone)`,
      )
        .env("REFBENCH_MAX_RESOURCES")
        .argParser(count("--max-resources", 0)),
    )
    .addOption(
      new Option("--wait <duration>", "how long a run that is torn down may take")
        .default(3 * 3_600_000, "3h")
        .argParser(duration("--wait")),
    )
    .option("--check", "sweep nothing; fail when the last complete sweep is older than two periods")
    .addOption(
      new Option("--period <duration>", "how often sweeps are scheduled, for --check")
        .env("REFBENCH_SWEEP_PERIOD")
        .default(24 * 3_600_000, "24h")
        .argParser(duration("--period")),
    )
    .addOption(outputOption({ forms: ["text", "json"] }))
    .addHelpText(
      "after",
      "\nExit codes: 0 clean, 10 swept (on a dry run: it would), 41 could not. --check: 0, or 41 when overdue.",
    )
    .action(async (flags: SweepFlags) => sweep(flags, io));
}

function addTargetOptions(command: Command): Command {
  return command
    .addOption(new Option("--rehearse", "the twin cloud of this folder").env("REFBENCH_REHEARSE"))
    .addOption(
      new Option("--project <id>", "this Google project, whose owner labelled it refbench=allowed").env(
        "REFBENCH_PROJECT",
      ),
    )
    .addOption(
      new Option("--account <id>", "this AWS account, whose owner marked it refbench-allowed").env(
        "REFBENCH_ACCOUNT",
      ),
    )
    .addOption(new Option("--region <name>", "region of the AWS account").env("REFBENCH_REGION"));
}

async function sweep(flags: SweepFlags, io: Io): Promise<void> {
  const { chooseTargets } = await import("../../teardown/targets.ts");
  const chosen = await chooseTargets(flags, io);
  if (flags.check === true) {
    const refused = (["run", "dryRun"] as const).some((name) => flags[name] !== undefined);
    if (refused) throw new RefbenchError("usage", "--check sweeps nothing: leave --run and --dry-run out");
    const folder = new SweepFolder(io.cwd, systemClock);
    io.exit(
      await checkHeartbeat(
        { folder, targets: chosen.targets, periodMs: flags.period, nowMs: systemClock.now() },
        io,
      ),
    );
    return;
  }
  const runId = flags.run === undefined ? undefined : await namedRun(io.cwd, flags.run);
  const tell = (line: string): void => void io.stderr.write(`${oneLine(line)}\n`);
  using interrupts = listenForInterrupts(() => tell("stopping; what was removed is said below"));
  const { sweepFolder } = await import("../../teardown/sweep-folder.ts");
  const report = await sweepFolder(
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
    { io, tell, signal: interrupts.stop },
  );
  await writeSweepReport(report, flags.output, io);
  io.exit(SWEEP_EXIT_CODES[report.outcome]);
}

import { type Command, Option } from "commander";
import { ENGINES } from "../../../model/record/engine.ts";
import { count, duration } from "../../../tools/quantities.ts";
import { outputOption } from "../../options/output-option.ts";
import { abortOn, MOST_WORKSPACES } from "./values.ts";

/** Adds the flags that bound a load: how much at once, for how long, and when it stops. */
export function addLimitOptions(command: Command): Command {
  command.addOption(
    new Option("--concurrency <n>", "workspaces at once; 0 = all")
      .env("CODER_SCALETEST_CONCURRENCY")
      .default(1)
      .argParser(count("--concurrency", 0, MOST_WORKSPACES)),
  );
  return addTimeOptions(
    command,
    "for the build of one workspace, and again for its agents; 0 = none",
  ).addOption(
    new Option("--max-failures <n>", "workspaces that may fail (default: 1 %)")
      .env("CODER_SCALETEST_MAX_FAILURES")
      .argParser(count("--max-failures", 0, MOST_WORKSPACES)),
  );
}

/** Adds the flags that end a load: by time, and when Coder suffers. */
export function addTimeOptions(command: Command, jobTimeout: string): Command {
  return command
    .addOption(
      new Option("--timeout <duration>", "for the whole load, which then stops and cleans up; 0 = none")
        .env("CODER_SCALETEST_TIMEOUT")
        .default(30 * 60_000, "30m, and what the load's plan takes")
        .argParser(duration("--timeout", { orZero: true })),
    )
    .addOption(
      new Option("--job-timeout <duration>", jobTimeout)
        .env("CODER_SCALETEST_JOB_TIMEOUT")
        .default(0, "none")
        .argParser(duration("--job-timeout", { orZero: true })),
    )
    .addOption(
      new Option("--abort-on <limits>", "stop when Coder's API suffers: p95=500ms,errors=5%")
        .env("REFBENCH_SCALETEST_ABORT_ON")
        .argParser(abortOn),
    );
}

/** Adds the flags of the command that runs in each workspace. */
export function addCommandOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--run-command <command>", "run in the web terminal of each workspace").env(
        "CODER_SCALETEST_RUN_COMMAND",
      ),
    )
    .addOption(
      new Option("--run-timeout <duration>", "for the command")
        .env("CODER_SCALETEST_RUN_TIMEOUT")
        .default(60_000, "60s")
        .argParser(duration("--run-timeout", { orZero: true })),
    )
    .addOption(
      new Option(
        "--run-expect-output <line>",
        "a whole line that the command must print (default: the command must succeed)",
      ).env("CODER_SCALETEST_RUN_EXPECT_OUTPUT"),
    )
    .option(
      "--run-expect-timeout",
      "success means that the command does not end in time (CODER_SCALETEST_RUN_EXPECT_TIMEOUT)",
    );
}

/** Adds the flags that say which program makes the load, in how many processes. */
export function addGeneratorOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--engine <engine>",
        "what makes the load: refbench, Coder's own utility (coder exp scaletest), or both in turn, limited to what both can do",
      )
        .env("REFBENCH_ENGINE")
        .choices([...ENGINES, "both"])
        .default("refbench"),
    )
    .addOption(
      new Option("--parts <n>", "workers that share the load, 1 to 16 (default: as many as the load needs)")
        .env("REFBENCH_SCALETEST_PARTS")
        .argParser(count("--parts", 1, 16)),
    );
}

/** Adds the flags that say what becomes of the result. */
export function addResultOptions(command: Command): Command {
  return command
    .option("--dry-run", "look, check and print what would be done; nothing is created")
    .addOption(outputOption({ env: "CODER_SCALETEST_OUTPUTS" }));
}

import { type Command, Option } from "commander";
import { count, duration, rate } from "../../../tools/quantities.ts";
import { collect } from "../../options/parsers.ts";
import { MOST_WORKSPACES, runName, steps } from "./values.ts";

/** Adds the flags that say which workspaces `create-workspaces` makes. */
export function addWorkspaceOptions(command: Command): Command {
  addTemplateOption(command).addOption(countOption(1));
  return addParameterOptions(command)
    .addOption(
      new Option("--preset <name>", "preset of the template, by name or id").env("CODER_PRESET_NAME"),
    )
    .addOption(
      new Option("--retry <n>", "further builds of a workspace whose build failed")
        .env("CODER_SCALETEST_RETRY")
        .default(0)
        .argParser(count("--retry", 0, 100)),
    )
    .addOption(noCleanupOption())
    .option(
      "--no-wait-for-agents",
      "a built workspace counts as ready; no connection is made (CODER_SCALETEST_NO_WAIT_FOR_AGENTS)",
    );
}

/** The flag of how many workspaces a load creates. */
export function countOption(byDefault: number): Option {
  return new Option("-c, --count <n>", "workspaces to create")
    .env("CODER_SCALETEST_COUNT")
    .default(byDefault)
    .argParser(count("--count", 1, MOST_WORKSPACES));
}

/** The flag of how many users a load makes; `what` says for what. */
export function usersOption(
  what = "users who own the workspaces in turn (default: one for each workspace)",
): Option {
  return new Option("--users <n>", what)
    .env("REFBENCH_SCALETEST_USERS")
    .argParser(count("--users", 1, MOST_WORKSPACES));
}

/** The flag that keeps what a load made. */
export function noCleanupOption(): Option {
  return new Option("--no-cleanup", "keep workspaces and users after the load (CODER_SCALETEST_NO_CLEANUP)");
}

/** Adds the flag of the template. */
export function addTemplateOption(command: Command): Command {
  return command.addOption(
    new Option("-t, --template <name>", "template by name or id")
      .env("CODER_SCALETEST_TEMPLATE")
      .makeOptionMandatory(),
  );
}

/** Adds the flags of its parameters. */
export function addParameterOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--parameter <name=value>", "template parameter; repeatable")
        .env("CODER_RICH_PARAMETER")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option("--rich-parameter-file <file>", "YAML file of template parameters").env(
        "CODER_RICH_PARAMETER_FILE",
      ),
    );
}

/** Adds the flags that say who owns the workspaces. */
export function addUserOptions(command: Command): Command {
  return command
    .addOption(usersOption())
    .option("--use-host-login", "you own all workspaces; no user is created (CODER_SCALETEST_USE_HOST_LOGIN)")
    .option("--login-each", "each user logs in with a password; otherwise you create its token")
    .addOption(
      new Option("--reuse-users [run]", "use the users that this earlier run kept, and keep them again")
        .env("REFBENCH_SCALETEST_REUSE_USERS")
        .argParser(runName("--reuse-users")),
    );
}

/** Adds the flags of an open schedule: workspaces start at given times, whatever happened to earlier ones. */
export function addScheduleOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--rate <n/s>",
        "open schedule: workspaces are requested at this rate, whatever happened to earlier ones",
      )
        .env("REFBENCH_SCALETEST_RATE")
        .argParser(rate("--rate")),
    )
    .addOption(
      new Option("--ramp <duration>", "with --rate: the rate rises to --rate over this time").argParser(
        duration("--ramp", { orZero: true }),
      ),
    )
    .addOption(
      new Option("--steps <rate:duration,…>", "an open schedule in steps: 2/s:30s,10/s:1m").argParser(steps),
    );
}

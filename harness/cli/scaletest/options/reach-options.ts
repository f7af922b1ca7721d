import { type Command, Option } from "commander";
import { RefbenchError } from "../../../tools/error.ts";
import { collect } from "../../options/parsers.ts";
import { refuseToken } from "../../../composition/settings/session.ts";
import { count, duration } from "../../../tools/quantities.ts";

/** The flags that say which deployment it is and how it is reached, as commander leaves them. */
export interface ReachFlags {
  readonly url?: string;
  readonly sessionFile?: string;
  readonly header: readonly string[];
  readonly caFile?: string;
  readonly proxy?: string;
  readonly organization?: string;
  readonly deploymentId?: string;
  readonly cleanupConcurrency: number;
  readonly cleanupTimeout: number;
  readonly cleanupJobTimeout: number;
}

/** Adds the flags that every scaletest command has. */
export function addReachOptions(command: Command): Command {
  return refuseTracing(
    command
      .addOption(
        new Option("--url <url>", "Coder's URL (default: the one that `coder login` was for)").env(
          "CODER_URL",
        ),
      )
      .addOption(
        new Option(
          "--session-file <file>",
          "file with a session token (default: CODER_SESSION_TOKEN, or the login of `coder login`)",
        ).env("REFBENCH_SESSION_FILE"),
      )
      .addOption(new Option("--token <token>").hideHelp().argParser(refuseToken))
      .addOption(
        new Option("--header <name=value>", "sent with every request and websocket; repeatable")
          .env("CODER_HEADER")
          .default([], "none")
          .argParser(collect),
      )
      .addOption(
        new Option("--ca-file <file>", "certificates in PEM to trust besides the system's").env(
          "REFBENCH_CA_FILE",
        ),
      )
      .addOption(new Option("--proxy <url>", "HTTP proxy to go through").env("REFBENCH_PROXY"))
      .addOption(
        new Option(
          "--organization <name>",
          "by name or id (default: the template's, or Coder's default)",
        ).env("CODER_ORGANIZATION"),
      )
      .addOption(
        new Option(
          "--deployment-id <id>",
          "the deployment that is meant: wanted where others use it, checked wherever it is given",
        ).env("REFBENCH_DEPLOYMENT_ID"),
      )
      .addOption(
        new Option("--cleanup-concurrency <n>", "workspaces deleted at once; 0 = all")
          .env("CODER_SCALETEST_CLEANUP_CONCURRENCY")
          .default(10)
          .argParser(count("--cleanup-concurrency", 0)),
      )
      .addOption(
        new Option(
          "--cleanup-timeout <duration>",
          "for the whole cleanup; a last listing may take 10 s more; 0 = as long as it takes",
        )
          .env("CODER_SCALETEST_CLEANUP_TIMEOUT")
          .default(30 * 60_000, "30m")
          .argParser(duration("--cleanup-timeout", { orZero: true })),
      )
      .addOption(
        new Option("--cleanup-job-timeout <duration>", "for the delete of one workspace; 0 = none")
          .env("CODER_SCALETEST_CLEANUP_JOB_TIMEOUT")
          .default(0, "none")
          .argParser(duration("--cleanup-job-timeout", { orZero: true })),
      ),
  );
}

/** Adds a hidden flag of Coder's utility that means nothing here: refused, so that nobody believes it was heard. */
export function refuseFlag(command: Command, flags: string, reason: string): Command {
  const name = flags.split(" ", 1)[0] ?? flags;
  return command.addOption(new Option(flags).hideHelp()).on(`option:${name.slice(2)}`, () => {
    throw new RefbenchError("usage", `${name} means nothing to refbench: ${reason}`);
  });
}

function refuseTracing(command: Command): Command {
  const traces = "it sends no traces; its figures are in the result (--output json:<file>): leave it out";
  refuseFlag(command, "--trace", traces);
  refuseFlag(command, "--trace-coder", traces);
  refuseFlag(command, "--trace-honeycomb-api-key <key>", traces);
  refuseFlag(command, "--trace-propagate", traces);
  const metrics = "it serves no metrics of its own; the figures over time are in the result: leave it out";
  refuseFlag(command, "--scaletest-prometheus-address <address>", metrics);
  refuseFlag(command, "--scaletest-prometheus-wait <duration>", metrics);
  return command;
}

import { type Command, Option } from "commander";
import { refuseToken } from "../../../composition/settings/session.ts";
import { refuseProxyCredentials } from "../../../model/cloud/proxy-url.ts";
import { RefbenchError } from "../../../tools/error.ts";
import { count, duration } from "../../../tools/quantities.ts";
import { MOST_WORKSPACES } from "./values.ts";
import { collect } from "../../options/parsers.ts";

/** Adds the flags that say which deployment is meant and how it is reached. Each scaletest command has them. */
export function addReachOptions(command: Command): Command {
  return refuseTracing(
    command
      .addOption(
        new Option("--url <url>", "Coder's URL (default: the one of `coder login`)").env("CODER_URL"),
      )
      .addOption(
        new Option(
          "--session-file <file>",
          "file with a session token (default: CODER_SESSION_TOKEN, or the session of `coder login`)",
        ).env("REFBENCH_SESSION_FILE"),
      )
      .addOption(new Option("--token <token>").hideHelp().argParser(refuseToken))
      .addOption(
        new Option(
          "--deployment-id <id>",
          "id of the deployment that is meant; needed where others use it, compared wherever it is given",
        ).env("REFBENCH_DEPLOYMENT_ID"),
      )
      .addOption(
        new Option(
          "--organization <name>",
          "by name or id (default: the template's, or Coder's default)",
        ).env("CODER_ORGANIZATION"),
      )
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
      .addOption(new Option("--proxy <url>", "HTTP proxy to use").env("REFBENCH_PROXY"))
      .on("option:proxy", refuseProxyCredentials),
  );
}

/** Adds the flags that bound a cleanup. */
export function addCleanupOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--cleanup-concurrency <n>", "workspaces deleted at once; 0 = all")
        .env("CODER_SCALETEST_CLEANUP_CONCURRENCY")
        .default(10)
        .argParser(count("--cleanup-concurrency", 0, MOST_WORKSPACES)),
    )
    .addOption(
      new Option(
        "--cleanup-timeout <duration>",
        "for the whole cleanup; a last listing may take 10 s more; 0 = none",
      )
        .env("CODER_SCALETEST_CLEANUP_TIMEOUT")
        .default(30 * 60_000, "30m")
        .argParser(duration("--cleanup-timeout", { orZero: true })),
    )
    .addOption(
      new Option("--cleanup-job-timeout <duration>", "for the deletion of one workspace; 0 = none")
        .env("CODER_SCALETEST_CLEANUP_JOB_TIMEOUT")
        .default(0, "none")
        .argParser(duration("--cleanup-job-timeout", { orZero: true })),
    );
}

/** Adds a hidden flag of Coder's utility that refbench does not have. It is refused, so that nobody relies on it. */
export function refuseFlag(command: Command, flags: string, reason: string): Command {
  const name = flags.split(" ", 1)[0] ?? flags;
  return command.addOption(new Option(flags).hideHelp()).on(`option:${name.slice(2)}`, () => {
    throw new RefbenchError("usage", `${name} is not supported: ${reason}`);
  });
}

function refuseTracing(command: Command): Command {
  const traces =
    "spans go to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, and --trace-propagate lets Coder's own join: remove it";
  refuseFlag(command, "--trace-coder", traces);
  refuseFlag(command, "--trace-honeycomb-api-key <key>", traces);
  const metrics = "live metrics are served by --metrics-listen, until the command ends: use it instead";
  refuseFlag(command, "--scaletest-prometheus-address <address>", metrics);
  refuseFlag(command, "--scaletest-prometheus-wait <duration>", metrics);
  return command;
}

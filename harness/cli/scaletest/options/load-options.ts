import { type Command, Option } from "commander";
import { addCommandOptions, addGeneratorOptions, addLimitOptions } from "./task-options.ts";
import { addConnectionOptions, addSshClientOptions, addTrafficRateOptions } from "./connection-options.ts";
import { addCleanupOptions, addReachOptions, refuseFlag } from "./reach-options.ts";
import { addJobOptions } from "./job-options.ts";
import { addObserveOptions } from "./observe-options.ts";
import { addScenarioOptions } from "./scenario-options.ts";
import { metricsListenOption } from "../../live-metrics/metrics-option.ts";
import { runName, range } from "./values.ts";
import { addScheduleOptions, addUserOptions, addWorkspaceOptions } from "./workspace-options.ts";

/** Adds the flags of `create-workspaces` in groups, first the ones that most loads need. */
export function addCreateOptions(command: Command): Command {
  addWorkspaceOptions(command.optionsGroup("Workspaces:"));
  addReachOptions(command.optionsGroup("Deployment:"));
  addUserOptions(command.optionsGroup("Users:"));
  addLimitOptions(command.optionsGroup("Schedule and limits:"));
  addScheduleOptions(command);
  addLoadOptions(command);
  const wireguard =
    "refbench reaches workspaces by web terminals and SSH: use --connections and --ssh-share instead";
  refuseFlag(command, "--connect-url <url>", wireguard);
  refuseFlag(command, "--connect-mode <mode>", wireguard);
  refuseFlag(command, "--run-log-output", "unexpected output is shown as the failure's example: remove it");
  return command;
}

/** Adds the flags of `traffic` in groups. */
export function addTrafficOptions(command: Command): Command {
  command
    .optionsGroup("Workspaces:")
    .addOption(new Option("--run <id>", "only workspaces of this run").argParser(runName("--run")))
    .addOption(
      new Option("-t, --template <name>", "only workspaces of this template").env("CODER_SCALETEST_TEMPLATE"),
    )
    .addOption(
      new Option("--target-workspaces <start:end>", "only these, in listing order; end is not included")
        .env("CODER_SCALETEST_TARGET_WORKSPACES")
        .argParser(range),
    );
  addReachOptions(command.optionsGroup("Deployment:"));
  addLimitOptions(command.optionsGroup("Schedule and limits:"));
  addLoadOptions(command);
  refuseFlag(
    command,
    "--disable-direct",
    "the deployment and the coder binary decide how SSH travels, and that is measured: remove it",
  );
  refuseFlag(command, "--workspace-proxy-url <url>", "give the proxy's URL as --url");
  refuseFlag(
    command,
    "--use-host-login",
    "traffic goes to every workspace that refbench made: select a run with --run",
  );
  return command;
}

function addLoadOptions(command: Command): void {
  addConnectionOptions(command.optionsGroup("Connections:"));
  addTrafficRateOptions(command);
  addSshClientOptions(command.optionsGroup("SSH client:"));
  addCommandOptions(command.optionsGroup("Command in each workspace:"));
  addScenarioOptions(command.optionsGroup("Scenarios:"));
  addGeneratorOptions(command.optionsGroup("Generator:"));
  addMeansOptions(command);
}

/** Adds the flags of every load that say where it comes from, what is observed, and how it is cleaned up. */
export function addMeansOptions(command: Command): void {
  addJobOptions(command.optionsGroup("Generator:"));
  command
    .addOption(metricsListenOption())
    .addOption(
      new Option(
        "--trace",
        "refuse to start without a collector of spans in OTEL_EXPORTER_OTLP_ENDPOINT; spans are sent to one either way",
      ).env("CODER_SCALETEST_TRACE"),
    )
    .addOption(
      new Option(
        "--trace-propagate",
        "send W3C trace context with the requests of up to 50 workspaces, so that Coder's own spans join the trace",
      ).env("CODER_SCALETEST_TRACE_PROPAGATE"),
    );
  addObserveOptions(command.optionsGroup("Observation:"));
  addCleanupOptions(command.optionsGroup("Cleanup:"));
}

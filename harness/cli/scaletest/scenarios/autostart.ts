import { Option } from "commander";
import { count, duration } from "../../../tools/quantities.ts";
import { MOST_WORKSPACES } from "../options/values.ts";
import { addParameterOptions, addTemplateOption, noCleanupOption } from "../options/workspace-options.ts";
import type { ScenarioCommand } from "./scenario-command.ts";

/** As commander returns them. */
interface Flags {
  readonly workspaceCount: number;
  readonly workspaceJobTimeout: number;
  readonly autostartDelay: number;
  readonly autostartBuildTimeout: number;
}

/** `scaletest autostart`. */
export const autostart: ScenarioCommand<Flags> = {
  name: "autostart",
  does: "create workspaces, stop all, and let Coder start them at one minute by their schedules",
  jobTimeout: "for the build of one workspace, and again for its agents, in place of --workspace-job-timeout",
  examples: [
    "refbench scaletest autostart -t kubernetes -c 20 --dry-run",
    "refbench scaletest autostart -t kubernetes -c 300 --autostart-delay 5m",
  ],
  addOptions(command) {
    addParameterOptions(
      addTemplateOption(command)
        .addOption(
          new Option("-c, --workspace-count <n>", "workspaces to create, each with a user of its own")
            .env("CODER_SCALETEST_WORKSPACE_COUNT")
            .argParser(count("--workspace-count", 1, MOST_WORKSPACES))
            .makeOptionMandatory(),
        )
        .addOption(
          new Option("--autostart-delay <duration>", "from the last stop until the minute, at least")
            .env("CODER_SCALETEST_AUTOSTART_DELAY")
            .default(120_000, "2m")
            .argParser(duration("--autostart-delay")),
        )
        .addOption(
          new Option("--autostart-build-timeout <time>", "from the minute until a workspace is built")
            .env("CODER_SCALETEST_AUTOSTART_BUILD_TIMEOUT")
            .default(900_000, "15m")
            .argParser(duration("--autostart-build-timeout")),
        )
        .addOption(
          new Option("--workspace-job-timeout <time>", "for the first build and the stop of a workspace")
            .env("CODER_SCALETEST_WORKSPACE_JOB_TIMEOUT")
            .default(300_000, "5m")
            .argParser(duration("--workspace-job-timeout")),
        ),
    ).addOption(noCleanupOption());
  },
  read: ({ workspaceCount, workspaceJobTimeout, autostartDelay, autostartBuildTimeout, jobTimeout }) => ({
    ...{ count: workspaceCount, jobTimeout: jobTimeout || workspaceJobTimeout },
    ownScenario: {
      scenario: "autostart",
      autostart: { delayMs: autostartDelay, buildTimeoutMs: autostartBuildTimeout },
    },
  }),
};

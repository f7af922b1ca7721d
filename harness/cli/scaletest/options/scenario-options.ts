import { type Command, Option } from "commander";
import { scheduleOption } from "../../options/schedule-option.ts";
import { CHOSEN_BY_FLAG } from "../../../model/scenarios/scenarios.ts";
import { duration, positive } from "../../../tools/quantities.ts";

/** Adds the flags of what follows once workspaces are ready. */
export function addScenarioOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--scenario <name>",
        "what follows once workspaces are ready: stop and start all, read the dashboard, talk to apps, a mixed schedule",
      )
        .env("REFBENCH_SCALETEST_SCENARIO")
        .choices(CHOSEN_BY_FLAG),
    )
    .addOption(scheduleOption().env("REFBENCH_SCALETEST_SCHEDULE"))
    .addOption(
      new Option("--scenario-for <duration>", "dashboard, apps: how long it lasts")
        .env("REFBENCH_SCALETEST_SCENARIO_FOR")
        .default(60_000, "1m")
        .argParser(duration("--scenario-for", { orZero: true })),
    )
    .addOption(
      new Option("--pages-per-minute <n>", "dashboard: pages that each user opens")
        .env("REFBENCH_SCALETEST_PAGES_PER_MINUTE")
        .default(6)
        .argParser(positive("--pages-per-minute")),
    )
    .addOption(
      new Option("--app <slug>", "apps: the coder_app to talk to, which must echo (wsec)").env(
        "CODER_SCALETEST_WORKSPACE_TRAFFIC_APP",
      ),
    )
    .addOption(
      new Option("--app-by <how>", "apps: below Coder's URL, or at the host that Coder gives each app")
        .choices(["path", "subdomain"])
        .default("path"),
    );
}

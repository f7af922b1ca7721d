import { type Command, Option } from "commander";
import { RefbenchError } from "../../../tools/error.ts";
import { type LoadTask, SCENARIOS } from "../../../model/ports/worker-task.ts";
import { duration, positive } from "../../../tools/quantities.ts";

/** What else the load is, besides workspaces and connections, as commander leaves it. */
export interface ScenarioFlags {
  readonly scenario?: (typeof SCENARIOS)[number];
  readonly scenarioFor: number;
  readonly pagesPerMinute: number;
  readonly app?: string;
  readonly appBy: "path" | "subdomain";
}

/** Adds the flags of the other loads. */
export function addScenarioOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--scenario <name>",
        "what happens once workspaces are ready: stop/start herd, dashboard reads, apps",
      )
        .env("REFBENCH_SCALETEST_SCENARIO")
        .choices([...SCENARIOS]),
    )
    .addOption(
      new Option("--scenario-for <duration>", "how long dashboard and apps go on")
        .env("REFBENCH_SCALETEST_SCENARIO_FOR")
        .default(60_000, "1m")
        .argParser(duration("--scenario-for", { orZero: true })),
    )
    .addOption(
      new Option("--pages-per-minute <n>", "of dashboard: pages that each user opens")
        .env("REFBENCH_SCALETEST_PAGES_PER_MINUTE")
        .default(6)
        .argParser(positive("--pages-per-minute")),
    )
    .addOption(
      new Option("--app <slug>", "of apps: the coder_app to talk to, which has to echo (wsec)").env(
        "CODER_SCALETEST_WORKSPACE_TRAFFIC_APP",
      ),
    )
    .addOption(
      new Option("--app-by <how>", "of apps: below Coder's URL, or at the host that Coder gives each app")
        .choices(["path", "subdomain"])
        .default("path"),
    );
}

const LARGEST_MESSAGE = 1024;
const SMALLEST_MESSAGE = 16;

/** The part of the task that says so; sockets to apps take the place of the held connections. */
export function scenarioOf(
  flags: ScenarioFlags & { readonly bytesPerTick?: number; readonly tickInterval: number },
  connections: number,
): Partial<Pick<LoadTask, "scenario" | "herd" | "dashboard" | "app">> {
  const {
    scenario = flags.app === undefined ? "workspaces" : "apps",
    scenarioFor: forMs,
    app,
    appBy,
  } = flags;
  if (app !== undefined && scenario !== "apps")
    throw new RefbenchError(
      "usage",
      `--app is of --scenario apps, and --scenario is ${scenario}: leave one out`,
    );
  switch (scenario) {
    case "workspaces":
      return {};
    case "herd":
      return { scenario, herd: {} };
    case "dashboard":
      return { scenario, dashboard: { pagesPerMinute: flags.pagesPerMinute, forMs } };
    case "apps": {
      if (app === undefined)
        throw new RefbenchError(
          "usage",
          "--scenario apps talks to an app of the workspaces: say which with --app <slug>",
        );
      const bytes = flags.bytesPerTick ?? LARGEST_MESSAGE;
      if (bytes < SMALLEST_MESSAGE || bytes > LARGEST_MESSAGE)
        throw new RefbenchError(
          "usage",
          `--bytes-per-tick is ${bytes}, expected ${SMALLEST_MESSAGE} to ${LARGEST_MESSAGE}: a message to an app carries a word by which it is known again`,
        );
      const messagesPerSecond = (connections * 1000) / Math.max(1, flags.tickInterval);
      return {
        scenario,
        app: { slug: app, by: appBy, connections, messagesPerSecond, messageBytes: bytes, forMs },
      };
    }
  }
}

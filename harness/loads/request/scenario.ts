import { RefbenchError } from "../../tools/error.ts";
import type { OwnScenario, ScenarioFlags } from "./flags.ts";

const LARGEST_MESSAGE = 1024;
const SMALLEST_MESSAGE = 16;

/** The part of the task that says so; sockets to apps take the place of the held connections. */
export function scenarioOf(
  flags: ScenarioFlags & { readonly bytesPerTick?: number; readonly tickInterval: number },
  connections: number,
): OwnScenario | Record<string, never> {
  if (flags.ownScenario !== undefined) return flags.ownScenario;
  const {
    scenario = flags.app === undefined ? "workspaces" : "apps",
    scenarioFor: forMs,
    app,
    appBy,
  } = flags;
  if (app !== undefined && scenario !== "apps")
    throw new RefbenchError(
      "usage",
      `--app needs --scenario apps, but --scenario is ${scenario}: omit one of them`,
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
    default:
      throw new RefbenchError(
        "usage",
        `--scenario is ${scenario}, which is the command scaletest ${scenario}`,
      );
  }
}

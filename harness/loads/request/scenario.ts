import { RefbenchError } from "../../tools/error.ts";
import { coderPattern } from "../../../reference-architectures/mixed/coder-pattern.ts";
import type { Schedule } from "../../../reference-architectures/mixed/schedule.ts";
import type { OwnScenario, ScenarioFlags } from "./flags.ts";
import { plannedFor } from "./schedule.ts";

const LARGEST_MESSAGE = 1024;
const SMALLEST_MESSAGE = 16;

/** What a scenario is made for. */
interface ScenarioGround {
  readonly connections: number;
  /** Users with workspaces. */
  readonly users: number;
  /** The content of `--schedule`. */
  readonly schedule: Schedule | undefined;
}

/** The part of the task that says so; sockets to apps take the place of the held connections. */
export function scenarioOf(
  flags: ScenarioFlags & { readonly bytesPerTick?: number; readonly tickInterval: number },
  { connections, users, schedule }: ScenarioGround,
): OwnScenario | Record<string, never> {
  if (flags.ownScenario !== undefined) return flags.ownScenario;
  const {
    scenario = flags.app === undefined ? "workspaces" : "apps",
    scenarioFor: forMs,
    app,
    appBy,
  } = flags;
  if (schedule !== undefined && scenario !== "mixed")
    throw new RefbenchError(
      "usage",
      `--schedule needs --scenario mixed, but --scenario is ${scenario}: omit one of them`,
    );
  if (app !== undefined && scenario !== "apps" && (scenario !== "mixed" || schedule !== undefined))
    throw new RefbenchError(
      "usage",
      schedule !== undefined
        ? "--app cannot be combined with --schedule, whose loads of apps name their own: omit one of them"
        : `--app needs --scenario apps, but --scenario is ${scenario}: omit one of them`,
    );
  switch (scenario) {
    case "workspaces":
      return {};
    case "herd":
      return { scenario, herd: {} };
    case "dashboard":
      return { scenario, dashboard: { pagesPerMinute: flags.pagesPerMinute, forMs } };
    case "mixed":
      return {
        scenario,
        mixed: plannedFor(
          schedule ?? coderPattern(app),
          users,
          flags.schedule === undefined ? "the default schedule" : `--schedule ${flags.schedule}`,
        ),
      };
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

import { Option } from "commander";
import { count, duration } from "../../../tools/quantities.ts";
import { RefbenchError } from "../../../tools/error.ts";
import { addSshClientOptions, sshShareOption } from "../options/connection-options.ts";
import {
  addParameterOptions,
  addTemplateOption,
  countOption,
  usersOption,
} from "../options/workspace-options.ts";
import type { ScenarioCommand } from "./scenario-command.ts";

const HOUR_MS = 3_600_000;
/** One worker keeps them all; it was measured with more. */
const MOST_CONNECTIONS = 5_000;
const MOST_AN_HOUR = 3_600_000;
/** A period too short for a median of memory says nothing. */
const SHORTEST_PERIOD_MS = 10_000;
const PERIODS = 6;

/** As commander returns them. */
interface Flags {
  readonly count: number;
  readonly users?: number;
  readonly duration: number;
  readonly period?: number;
  readonly places: number;
  readonly sshShare: number;
  readonly restartsPerHour: number;
  readonly replacementsPerHour: number;
  readonly dropsPerHour: number;
  readonly commandsPerMinute: number;
}

/** `scaletest churn`. */
export const churn: ScenarioCommand<Flags> = {
  name: "churn",
  does: "keep connections open for hours while workspaces are restarted and replaced and connections are dropped",
  jobTimeout: "for the build of one workspace, and again for its agents; 0 = none",
  examples: [
    "refbench scaletest churn -t kubernetes --dry-run",
    "refbench scaletest churn -t kubernetes --count 50 --places 500 --duration 24h",
  ],
  addOptions(command) {
    const perHour = (flag: string, what: string, byDefault: number): Option =>
      new Option(`--${flag} <n>`, what).default(byDefault).argParser(count(`--${flag}`, 0, MOST_AN_HOUR));
    addTemplateOption(command)
      .addOption(countOption(10))
      .addOption(usersOption())
      .addOption(
        new Option("--duration <duration>", "how long it lasts once the workspaces are ready")
          .default(HOUR_MS / 2, "30m")
          .argParser(duration("--duration")),
      )
      .addOption(
        new Option(
          "--period <duration>",
          "figures are kept for each such period (default: an hour, or a sixth of a shorter load)",
        ).argParser(duration("--period")),
      )
      .addOption(
        new Option("--places <n>", "connections that are kept open, and opened again when they end")
          .default(50)
          .argParser(count("--places", 1, MOST_CONNECTIONS)),
      )
      .addOption(sshShareOption())
      .addOption(perHour("restarts-per-hour", "workspaces that are stopped and started again", 60))
      .addOption(perHour("replacements-per-hour", "workspaces that are deleted and made again", 12))
      .addOption(perHour("drops-per-hour", "connections that the load closes and opens again", 600))
      .addOption(
        new Option("--commands-per-minute <n>", "verified commands over each connection")
          .default(6)
          .argParser(count("--commands-per-minute", 0, 6_000)),
      );
    addSshClientOptions(addParameterOptions(command));
  },
  read(flags) {
    const { duration: forMs, places } = flags;
    const periodMs =
      flags.period ?? Math.min(HOUR_MS, Math.max(SHORTEST_PERIOD_MS, Math.floor(forMs / PERIODS)));
    if (periodMs < SHORTEST_PERIOD_MS || periodMs > forMs)
      throw new RefbenchError(
        "usage",
        `a period of ${periodMs / 1000} s does not fit: expected at least ${SHORTEST_PERIOD_MS / 1000} s and at most --duration (${forMs / 1000} s); change --period or --duration`,
      );
    return {
      count: flags.count,
      sshShare: flags.sshShare,
      ...(flags.users === undefined ? {} : { users: flags.users }),
      ownScenario: {
        scenario: "churn",
        churn: {
          ...{ forMs, periodMs, connections: places },
          opensPerSecond: Math.max(10, places / 30),
          restartsPerHour: flags.restartsPerHour,
          replacementsPerHour: flags.replacementsPerHour,
          dropsPerHour: flags.dropsPerHour,
          commandsPerSecond: (flags.commandsPerMinute / 60) * places,
        },
      },
    };
  },
};

import type { Objective } from "../architecture.ts";
import type { Schedule, ScheduledObjective } from "./schedule.ts";

const SHARES = ["errorShare"];
const COUNTS = ["failures"];

/** The objectives of a schedule as those of a run: their paths are paths in its measurements. */
export function scheduleObjectives({ objectives }: Pick<Schedule, "objectives">): Objective[] {
  return objectives.map((objective) => {
    const { load, period, figure, atMost: threshold, comparedWith, severity, reason } = objective;
    const [phase = "", statistic = ""] = figure.split(".");
    const when = period === undefined ? "" : `-${period}`;
    const then = comparedWith === undefined ? "" : `-by-${comparedWith}`;
    const isCount = comparedWith !== undefined || COUNTS.includes(statistic);
    return {
      name: `mixed-${load}${when}-${phase}-${statistic}${then}`,
      description: describe(objective),
      metric: {
        path: path(load, period, figure),
        ...(comparedWith === undefined ? {} : { per: path(load, comparedWith, figure) }),
      },
      threshold,
      direction: "at-most",
      ...(isCount ? {} : { unit: SHARES.includes(statistic) ? "share" : "ms" }),
      ...(severity === undefined ? {} : { severity }),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

function path(load: string, period: string | undefined, figure: string): string {
  return `mixed.${load}.${period ?? "*"}.${figure}`;
}

function describe({ load, period, figure, comparedWith }: ScheduledObjective): string {
  const [phase = "", statistic = ""] = figure.split(".");
  const when = period === undefined ? "" : ` in ${period}`;
  const than = comparedWith === undefined ? "" : `, divided by the same in ${comparedWith}`;
  return `${load}${when}: ${phase}, ${statistic}${than}`;
}

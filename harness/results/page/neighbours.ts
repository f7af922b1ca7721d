import type { RunRecord } from "../../model/record/record.ts";
import { dayOf } from "../format/day.ts";
import { isNightly } from "../nights/night.ts";
import { measuredCoder } from "../nights/outcome.ts";
import { alarmsOf } from "../statistics/change-words.ts";
import type { WatchedSeries } from "../statistics/changes-of.ts";
import { type ComparedRun, comparedWith } from "./sections/difference.ts";

/** A run beside another of the same size. */
export interface SiblingRun {
  readonly runId: string;
  readonly day: string;
}

/** What the page of a run shows of other runs of its size. */
export interface Neighbours {
  readonly previous?: SiblingRun;
  readonly next?: SiblingRun;
  /** The last night before it that measured Coder. */
  readonly lastNight?: ComparedRun;
  /** The lasting regressions that this night is part of, as sentences. */
  readonly regressions: readonly string[];
}

/** Returns the neighbours of each run of one size, by run id. @param records oldest first */
export function neighboursOf(
  records: readonly RunRecord[],
  watched: readonly WatchedSeries[],
): ReadonlyMap<string, Neighbours> {
  let lastNight: RunRecord | undefined;
  const alarms = watched.flatMap((series) =>
    alarmsOf(series).map(({ words, day }) => ({ day, words: `${series.figure.name} ${words} since ${day}` })),
  );
  return new Map(
    records.map((record, index) => {
      const before = lastNight;
      const isNight = isNightly(record) && measuredCoder(record);
      if (isNight) lastNight = record;
      const [previous, next] = [records[index - 1], records[index + 1]];
      const day = dayOf(record.startedAt);
      return [
        record.runId,
        {
          ...(previous !== undefined && { previous: siblingOf(previous) }),
          ...(next !== undefined && { next: siblingOf(next) }),
          ...(before !== undefined &&
            record.measurements !== undefined && { lastNight: comparedWith(record, before) }),
          regressions: isNight ? alarms.filter((alarm) => day >= alarm.day).map(({ words }) => words) : [],
        },
      ];
    }),
  );
}

function siblingOf({ runId, startedAt }: RunRecord): SiblingRun {
  return { runId, day: dayOf(startedAt) };
}

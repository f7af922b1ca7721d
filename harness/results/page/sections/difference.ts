import type { RunRecord } from "../../../model/record/record.ts";
import { differencesOf } from "../../compare/differences.ts";
import { dayOf } from "../../format/day.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { dataTable } from "../parts/data-table.ts";
import { heading } from "../parts/heading.ts";
import { type Child, type Html, html } from "../parts/html.ts";
import { type KeyFigure, KEY_FIGURES } from "../parts/page-figures.ts";
import { runPath } from "../parts/paths.ts";

/** Differences up to this share say nothing: nights of one size vary by more. */
const ALIKE = 0.05;

/** The run that another is compared with, with the little that its page shows of it. */
export interface ComparedRun {
  readonly runId: string;
  readonly day: string;
  /** A value for each of `KEY_FIGURES`; null where it was not measured. */
  readonly figures: readonly (number | null)[];
  /** Why the figures cannot be compared; empty where they can. */
  readonly notComparable: readonly string[];
}

/** Returns what the page of a run shows of the one before it. */
export function comparedWith(record: RunRecord, before: RunRecord): ComparedRun {
  return {
    runId: before.runId,
    day: dayOf(before.startedAt),
    figures: KEY_FIGURES.map(({ read }) => read(before) ?? null),
    notComparable: differencesOf(before, record).notComparable,
  };
}

/** Draws each key figure beside that of the last night, and whether it is better or worse. */
export function differenceSection(record: RunRecord, last: ComparedRun): Html | undefined {
  const rows = KEY_FIGURES.flatMap((figure, index): (readonly Child[])[] => {
    const [now, then] = [figure.read(record), last.figures[index] ?? undefined];
    if (now === undefined && then === undefined) return [];
    const shown = (value: number | undefined): string =>
      value === undefined ? NO_FIGURE : figure.text(value);
    const isComparable = last.notComparable.length === 0 && now !== undefined && then !== undefined;
    return [[figure.name, isComparable ? changeOf(figure, then, now) : NO_FIGURE, shown(now), shown(then)]];
  });
  if (rows.length === 0) return undefined;
  return html`${heading(2, "Difference to the last night")}
    <p>
      Compared with <a href="../${runPath(last)}">the night of ${last.day}</a>. Whether figures changed for
      good is a question of many nights: see the page of the size.
    </p>
    ${
      last.notComparable.length > 0 &&
      html`<p class="notice">Not comparable: ${last.notComparable.join("; ")}.</p>`
    }
    ${dataTable({
      label: "Difference to the last night",
      isProse: true,
      header: ["Figure", "Change", "This run", last.day],
      right: new Set([2, 3]),
      rows,
    })}`;
}

function changeOf({ worse }: KeyFigure, then: number, now: number): Child {
  if (then === now) return "the same";
  if (then === 0) return now > then ? "more" : "less";
  const share = now / then - 1;
  const percent = `${share < 0 ? "-" : "+"}${(Math.abs(share) * 100).toFixed(1)} %`;
  if (Math.abs(share) <= ALIKE) return `${percent}, about the same`;
  const isWorse = worse === "larger" ? share > 0 : share < 0;
  return html`<strong class="${isWorse ? "worse" : "better"}"
    >${percent}, ${isWorse ? "worse" : "better"}</strong
  >`;
}

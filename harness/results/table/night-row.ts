import { formatUsd } from "../../model/record/usd.ts";
import { NO_FIGURE } from "../format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { type NightRow, NIGHTS_OF_A_ROW } from "../nights/nights.ts";
import { nightHoldWords } from "../format/hold-words.ts";
import type { Spread } from "../nights/spread.ts";
import { statusWords } from "../nights/status-words.ts";
import { networkCell } from "../format/network-words.ts";
import { COLUMNS, versionText } from "../format/row.ts";

/** The columns of the table of nights: those of the table of runs, and the cost of a night. */
export const NIGHT_COLUMNS = [...COLUMNS.slice(0, -1), "Cost per night", "Status"] as const;

/** Explains the figures of a row, below a table of nights. */
export const MEDIAN_LEGEND =
  `Each figure is the median of at most the last ${NIGHTS_OF_A_ROW} nights that measured Coder, whatever their verdict, with minimum and maximum if they differ; ` +
  // Order statistics: the median lies outside of all n values if all lie on one side of it, 2 × (1/2)^n.
  `minimum and maximum of ${NIGHTS_OF_A_ROW} independent nights enclose the true median with a confidence of ${Math.floor((1 - 2 / 2 ** NIGHTS_OF_A_ROW) * 1000) / 10} %.`;

/** Explains the columns, below a table of nights. */
export const NIGHT_LEGEND =
  `${MEDIAN_LEGEND} ` +
  "Users: created/with a workspace that became ready; the others are idle. Workspaces: succeeded. Concurrent builds: running at once by the server's timestamps/capacity, on average over time, and how many succeeded a minute while builds were queued. " +
  "Concurrent connections: held at the same time (terminal/SSH, path of SSH, and length of the hold). Network: as it was seen, not as it was configured. Last tested: the newest night, whatever its result.";

/** A figure of a row, with an optional note in small type. */
export interface FigureCell {
  readonly value: string;
  readonly note?: string;
}

/** Returns the cells of one size, one for each column. */
export function nightCells(row: NightRow): readonly string[] {
  const { newest, size } = row;
  const { environment, simulated } = newest.record;
  const [cost, ...figures] = [costCell(row), ...figureCells(row)].map(cellText);
  return [
    `${environment}, ${size}${simulated ? " (simulated)" : ""}`,
    ...figures,
    nightNetwork(row),
    versionCell(row),
    newest.day,
    cost ?? NO_FIGURE,
    statusWords(row),
  ];
}

/** The network of all nights behind the figures: others are not in the same series. */
export function nightNetwork({ measured: [night] }: NightRow): string {
  return night === undefined ? NO_FIGURE : networkCell(night.record);
}

function cellText({ value, note }: FigureCell): string {
  return note === undefined ? value : `${value} (${note})`;
}

/** Formats users, workspaces, builds and connections of a row, for text, Markdown and page. */
export function figureCells({ figures, measured }: NightRow): readonly FigureCell[] {
  if (figures === undefined) return Array.from({ length: 4 }, () => ({ value: NO_FIGURE }));
  const { buildsPerMinute: rate } = figures;
  const records = measured.map(({ record }) => record);
  const paths = new Set(records.map(({ measurements }) => measurements?.connections.sshPath ?? "none"));
  const ssh = figures.sshHeld.range[1] === 0 ? "" : ` ${[...paths].sort().join(" or ")}`;
  return [
    { value: `${spread(figures.usersCreated)}/${spread(figures.usersWithWorkspace)}` },
    { value: of(figures.workspacesSucceeded, figures.workspacesAsked) },
    {
      value: `${spread(figures.buildsPeak)}/${spread(figures.buildsCapacity)}`,
      note: [
        `${oneDigit(figures.buildsOverTime.median)} on average`,
        ...(rate === undefined ? [] : [`${spread(rate)} a minute`]),
      ].join(", "),
    },
    {
      value: of(figures.connectionsHeld, figures.connectionsAsked),
      note: [
        `${spread(figures.terminalsHeld)}/${spread(figures.sshHeld)}${ssh}`,
        ...nightHoldWords(records),
      ].join("; "),
    },
  ];
}

/** Formats the cost of a night. */
export function costCell({ cost }: NightRow): FigureCell {
  return cost === undefined ? { value: NO_FIGURE } : { value: spread(cost, formatUsd), note: cost.basis };
}

/** Formats Coder's version of the newest night, and the versions behind the figures if they differ. */
export function versionCell({ newest, measured }: NightRow): string {
  const version = versionText(newest.record);
  const others = [...new Set(measured.map(({ record }) => versionText(record)))];
  return others.every((each) => each === version)
    ? version
    : `${version} (figures of ${others.toReversed().join(", ")})`;
}

/** Formats the median, with minimum and maximum if they differ: `9,990 (9,950–10,000)`. */
function spread(
  { median, range: [least, most] }: Spread,
  format: (value: number) => string = oneDigit,
): string {
  const [low, high] = [format(least), format(most)];
  return low === high ? format(median) : `${format(median)} (${low}–${high})`;
}

function of(reached: Spread, asked: Spread): string {
  const [have, want] = [spread(reached), spread(asked)];
  return have === want ? have : `${have} of ${want}`;
}

function oneDigit(value: number): string {
  return formatCount(Math.round(value * 10) / 10);
}

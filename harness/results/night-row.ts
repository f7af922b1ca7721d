import { formatUsd } from "../model/usd.ts";
import { formatCount } from "./format.ts";
import { type NightRow, NIGHTS_OF_A_ROW } from "./nights.ts";
import type { Spread } from "./nights/spread.ts";
import { statusWords } from "./nights/status-words.ts";
import { COLUMNS, versionOf } from "./row.ts";

/** The columns of the table of nights: those of Coder's documentation, and what a night costs. */
export const NIGHT_COLUMNS = [...COLUMNS.slice(0, -1), "Cost per night", "Status"] as const;

/** What the columns mean, for the line below a table of nights. */
export const NIGHT_LEGEND =
  `Each figure is the median of the last clean nights, at most ${NIGHTS_OF_A_ROW}, with least and most where they differ. ` +
  "Users: created/with a workspace. Workspaces: succeeded. Concurrent builds: running at once as the server saw them/capacity, and on average over time. " +
  "Concurrent connections: held at the same time (terminal/SSH, and how SSH travelled). Last tested: the newest night, whatever its end.";

/** The cells of one size, a cell for each column. What was not measured is a dash, never a zero. */
export function nightCells(row: NightRow): readonly string[] {
  const { newest, size, cost } = row;
  const { environment, simulated } = newest.record;
  return [
    `${environment}, ${size}${simulated ? " (simulated)" : ""}`,
    ...figureCells(row),
    versionCell(row),
    testedCell(row),
    cost === undefined ? "-" : `${spread(cost, formatUsd)} ${cost.basis}`,
    statusWords(row),
  ];
}

function figureCells({ figures, clean }: NightRow): readonly string[] {
  if (figures === undefined) return ["-", "-", "-", "-"];
  const paths = new Set(clean.map(({ record }) => record.measurements?.connections.sshPath ?? "none"));
  const ssh = figures.sshHeld.range[1] === 0 ? "" : ` ${[...paths].sort().join(" or ")}`;
  return [
    `${spread(figures.usersCreated)}/${spread(figures.usersWithWorkspace)}`,
    of(figures.workspacesSucceeded, figures.workspacesAsked),
    `${spread(figures.buildsPeak)}/${spread(figures.buildsCapacity)}, ${oneDigit(figures.buildsOverTime.median)} on average`,
    `${of(figures.connectionsHeld, figures.connectionsAsked)} (${spread(figures.terminalsHeld)}/${spread(figures.sshHeld)}${ssh})`,
  ];
}

/** The newest night's; where the figures are of others too, those are said. */
function versionCell({ newest, clean }: NightRow): string {
  const version = versionOf(newest.record);
  const others = [...new Set(clean.map(({ record }) => versionOf(record)))];
  return others.every((each) => each === version)
    ? version
    : `${version} (figures of ${others.toReversed().join(", ")})`;
}

function testedCell({ newest, clean, figures }: NightRow): string {
  if (figures === undefined || clean.length === NIGHTS_OF_A_ROW) return newest.day;
  return `${newest.day} (${clean.length === 1 ? "1 night" : `${clean.length} nights`})`;
}

/** The median, and least and most where they differ: `9,990 (9,950–10,000)`. */
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

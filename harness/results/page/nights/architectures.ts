import { formatCount } from "../../../tools/count-text.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { limitWords } from "../../format/limit-words.ts";
import { machinesOf, sumWords } from "../../nights/machines.ts";
import type { NightRow } from "../../nights/nights.ts";
import { monthOf } from "../../nights/standing.ts";
import { costCell, figureCells } from "../../table/night-row.ts";
import { dataTable } from "../parts/data-table.ts";
import { heading } from "../parts/heading.ts";
import { type Child, type Html, html } from "../parts/html.ts";
import { monthWords, READY, TERMINAL } from "../parts/page-figures.ts";
import { medianWords } from "./nights-table.ts";

/** Draws sizes for as many users on different architectures side by side; undefined where none has a counterpart. */
export function architecturesSection(rows: readonly NightRow[]): Html | undefined {
  const classes = new Map<number, NightRow[]>();
  for (const row of rows) {
    const { users } = row.newest.record.load;
    classes.set(users, [...(classes.get(users) ?? []), row]);
  }
  const compared = [...classes]
    .filter(([, each]) => new Set(each.map(({ architecture }) => architecture)).size > 1)
    .toSorted(([one], [other]) => one - other);
  if (compared.length === 0) return undefined;
  return html`${heading(2, "Architectures side by side")}
    <p class="note">
      Sizes for the same number of users. Their machines and loads differ where the table says so; a month is
      730 hours of what stands, without the machines that generate load and without traffic.
    </p>
    ${compared.map(([users, each]) => {
      const label = `${formatCount(users)} users`;
      return html`${heading(3, label)} ${comparison(each, label)}`;
    })}`;
}

const FIGURES: readonly (readonly [string, (row: NightRow) => Child])[] = [
  ["Workspaces", (row) => figureCells(row)[1]?.value ?? NO_FIGURE],
  ["Concurrent connections", (row) => figureCells(row)[3]?.value ?? NO_FIGURE],
  ["Concurrent builds", (row) => figureCells(row)[2]?.value ?? NO_FIGURE],
  ["Builds a minute", ({ figures }) => perMinute(figures?.buildsPerMinute?.median)],
  ["Workspace ready, p95", (row) => medianWords(READY, recordsOf(row)) ?? NO_FIGURE],
  ["Terminal's first byte, p95", (row) => medianWords(TERMINAL, recordsOf(row)) ?? NO_FIGURE],
  ["Limited by", ({ measured: [newest] }) => (newest === undefined ? NO_FIGURE : limitWords(newest.record))],
  ["All machines", ({ newest }) => sumWords(machinesOf(newest.record)) ?? NO_FIGURE],
  ["Cost of a night", (row) => costCell(row).value],
  ["Cost of a month", ({ newest }) => usdOf(monthOf(newest.record), 1)],
  ["Cost of a user and month", ({ newest }) => usdOf(monthOf(newest.record), newest.record.load.users)],
];

function comparison(rows: readonly NightRow[], label: string): Html {
  return dataTable({
    label,
    header: ["Figure", ...rows.map(({ newest, size }) => `${newest.record.environment}, ${size}`)],
    rows: FIGURES.map(([name, read]) => [name, ...rows.map(read)]).filter(([, ...cells]) =>
      cells.some((cell) => cell !== NO_FIGURE),
    ),
  });
}

function recordsOf({ measured }: NightRow) {
  return measured.map(({ record }) => record);
}

function perMinute(value: number | undefined): string {
  return value === undefined ? NO_FIGURE : formatCount(Math.round(value * 10) / 10);
}

function usdOf(month: number | undefined, users: number): string {
  return month === undefined ? NO_FIGURE : monthWords(month / users);
}

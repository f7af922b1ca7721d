import { NO_FIGURE } from "../../format/format.ts";
import type { RunRecord } from "../../../model/record/record.ts";
import { dayOf } from "../../format/day.ts";
import { dataTable } from "./data-table.ts";
import { type Html, html } from "./html.ts";
import { versionOf } from "../../judge/coder-version.ts";
import { KEY_FIGURES } from "./page-figures.ts";
import { runPath, sizePath } from "./paths.ts";
import { chip } from "./status.ts";

/** Draws a table of runs of any kind, each with a link to its page. */
export function runsPageTable(
  records: readonly RunRecord[],
  { label, root }: { readonly label: string; readonly root: "" | "../" },
): Html {
  return dataTable({
    label,
    header: ["Started", "Environment", "Verdict", "Started as", "Coder version"],
    rows: records.map((record) => [
      html`<a href="${root}${runPath(record)}">${startOf(record)}</a>`,
      html`<a href="${root}${sizePath(record)}">${record.environment}, ${record.size}</a>`,
      chip(record.verdict),
      runKindOf(record),
      versionOf(record) ?? NO_FIGURE,
    ]),
  });
}

/** Draws all runs of one size with their key figures. */
export function sizeRunsTable(records: readonly RunRecord[], label: string): Html {
  return dataTable({
    label,
    header: ["Started", "Verdict", "Started as", "Coder version", ...KEY_FIGURES.map(({ name }) => name)],
    right: new Set(KEY_FIGURES.map((_, index) => index + 4)),
    rows: records.map((record) => [
      html`<a href="../${runPath(record)}">${startOf(record)}</a>`,
      chip(record.verdict),
      runKindOf(record),
      versionOf(record) ?? NO_FIGURE,
      ...KEY_FIGURES.map(({ read, text }) => {
        const value = read(record);
        return value === undefined ? NO_FIGURE : text(value);
      }),
    ]),
  });
}

/** Describes how a run was started. */
export function runKindOf({ origin, overrides }: RunRecord): string {
  const set = Object.keys(overrides).length === 0 ? "" : ", with overrides";
  switch (origin.kind) {
    case "run":
      return `manual run${set}`;
    case "nightly":
      return `night${set}`;
    case "comparison":
      return `comparison${set}`;
    case "scaletest":
      return "manual load";
  }
}

/** Formats day and minute of a run's start, UTC. */
export function startOf({ startedAt }: RunRecord): Html {
  const minute = startedAt.slice("2026-11-22T".length, "2026-11-22T07:00".length);
  return html`<time datetime="${startedAt}">${dayOf(startedAt)} ${minute}</time>`;
}

import { oneLine } from "../../tools/safe-text.ts";
import { KEEP_REASONS, type KeepReason } from "./decide.ts";
import type { RunTornDown, SweepReport } from "./report.ts";

/** Reasons whose kept items are listed one by one, because nothing else will remove them. */
const LISTED: ReadonlySet<string> = new Set([
  "manual",
  "doubtful",
  "unknown-age",
  "unlabelled",
] satisfies KeepReason[]);
const MOST_LISTED = 20;

/** Formats the report as text. */
export function sweepText(report: SweepReport): string {
  return [
    headline(report),
    ...report.runs.map(runLine),
    ...residualLines(report),
    ...keptLines(report),
    ...leftLines(report),
    ...report.problems.map((problem) => `problem: ${problem}`),
    "",
  ]
    .map(oneLine)
    .join("\n");
}

function headline({ scope, simulated, dryRun, outcome, residual }: SweepReport): string {
  const sum = (key: "removed" | "wouldRemove" | "left"): number =>
    residual.reduce((all, one) => all + one[key], 0);
  const done = dryRun ? `${sum("wouldRemove")} would be removed` : `${sum("removed")} removed`;
  const where = [scope === "" ? "runs of this folder" : scope, ...(simulated ? ["simulated"] : [])].join(
    ", ",
  );
  return `Sweep of ${where}: ${outcome}${dryRun ? " (dry run)" : ""}; ${done}, ${sum("left")} remaining`;
}

function runLine({ runId, teardown, problem }: RunTornDown): string {
  return `run ${runId}: teardown ${teardown}${problem === undefined ? "" : ` (${problem})`}`;
}

function residualLines({ residual, dryRun }: SweepReport): readonly string[] {
  if (residual.length === 0) return [];
  const rows = residual.map(({ run, kind, removed, wouldRemove, left }) => [
    run ?? "no run",
    kind,
    String(removed + wouldRemove),
    String(left),
  ]);
  return table([["RUN", "KIND", dryRun ? "TO REMOVE" : "REMOVED", "REMAINING"], ...rows]);
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function keptLines({ kept, items }: SweepReport): readonly string[] {
  const lines = (Object.entries(kept) as [KeepReason, number][])
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `kept ${count}: ${KEEP_REASONS[reason]}${hint(reason, items)}`);
  const listed = items.filter(({ action, reason }) => action === "kept" && LISTED.has(reason));
  return [
    ...lines,
    ...listed.slice(0, MOST_LISTED).map(({ kind, name, reason }) => `  ${kind} ${name} (${reason})`),
    ...(listed.length > MOST_LISTED ? [`  and ${listed.length - MOST_LISTED} more`] : []),
  ];
}

/** Suggests --run for items that have not expired: the run's folder may be lost although the run has ended. */
function hint(reason: KeepReason, items: SweepReport["items"]): string {
  if (reason !== "not-expired") return "";
  const runs = new Set(items.filter((item) => item.reason === reason).map(({ run }) => run));
  const names = [...runs].filter((run) => run !== null).slice(0, MOST_LISTED);
  return names.length === 0 ? "" : `; if the run has ended, --run removes it now: ${names.join(", ")}`;
}

function leftLines({ items, problems }: SweepReport): readonly string[] {
  return items
    .filter(({ action, problem = "" }) => action === "left" && !problems.includes(problem))
    .slice(0, MOST_LISTED)
    .map(({ kind, name, problem }) => `remaining ${kind} ${name}: ${problem ?? ""}`);
}

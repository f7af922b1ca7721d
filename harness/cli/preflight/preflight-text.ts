import type { CheckName } from "../../inventory/preflight/check.ts";
import type { PreflightReport } from "../../inventory/preflight/report.ts";
import type { CheckResult } from "../../inventory/preflight/run-checks.ts";
import { oneLine } from "../../tools/safe-text.ts";

const MARKS = { ok: "ok", failed: "FAILED", skipped: "skipped", unknown: "UNKNOWN" } as const;
const MARK_WIDTH = 7;

/** The report as a person reads it, in lines of at most `width` characters, but for a command that is to be pasted. */
export function preflightText(report: PreflightReport, width: number): string {
  const { architecture, size, simulated, project, zone, checks } = report;
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(MARK_WIDTH + nameWidth + 4);
  // They have no reason of their own: the check that they wait for has the reason and the fix.
  const [waiting, asked] = [checks.filter(isWaiting), checks.filter((check) => !isWaiting(check))];
  const lines = asked.flatMap(({ name, state, found, fix }) => [
    ...linesOf(found, width - indent.length).map((line, index) =>
      index === 0
        ? `${MARKS[state].padEnd(MARK_WIDTH)}  ${name.padEnd(nameWidth)}  ${line}`
        : `${indent}${line}`,
    ),
    ...(fix === undefined ? [] : [`${indent}-> ${fix}`]),
  ]);
  const where = simulated ? "the twin (simulated)" : `${project}, ${zone}`;
  return [
    `Preflight of ${architecture} ${size} in ${where}; nothing is created`,
    "",
    ...lines,
    ...(waiting.length === 0
      ? []
      : [
          "",
          ...linesOf(
            `Not asked, since they need one that failed: ${waiting.map(({ name }) => name).join(", ")}`,
            width,
          ),
        ]),
    "",
    ...linesOf(conclusion(report), width),
    "",
  ].join("\n");
}

function isWaiting({ state, needs }: CheckResult): boolean {
  return state === "unknown" && needs !== undefined;
}

function conclusion({ outcome, checks, simulated }: PreflightReport): string {
  const of = (state: CheckResult["state"]): readonly CheckName[] =>
    checks.filter((check) => check.state === state).map(({ name }) => name);
  const unknown = checks
    .filter((check) => check.state === "unknown" && !isWaiting(check))
    .map(({ name }) => name);
  const unasked = unknown.length === 0 ? "" : ` Not known: ${unknown.join(", ")}.`;
  if (outcome === "failed")
    return `Not ready: ${of("failed").join(", ")} failed; see the arrows above.${unasked}`;
  return `Ready${simulated ? " for a rehearsal" : ""}: nothing failed.${unasked}`;
}

/** Text in lines of at most `width` characters. Names and commands stay whole, so that they can be copied. */
export function linesOf(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).match(/"refbench [^"]*"\S*|\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

import { drawGrid } from "../../harness/results/table/grid.ts";
import { missesOf, type RehearsalOutcome } from "./outcome.ts";

const HEADER = ["Case", "Resources", "Second plan", "Verdict of the load", "Teardown", "Left", "Seconds"];

/** The outcomes as a table, with why a load was no pass and what a case missed below it. */
export function reportText(outcomes: readonly RehearsalOutcome[], width: number): string {
  const missed = outcomes.filter((outcome) => missesOf(outcome).length > 0);
  const notes = outcomes.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`]));
  const misses = missed.flatMap((outcome) => [
    `MISSED ${outcome.name}: ${missesOf(outcome).join("; ")}`,
    ...(outcome.folder === undefined ? [] : [`  all of it lies in ${outcome.folder}`]),
  ]);
  const end = `${outcomes.length - missed.length} of ${outcomes.length} cases held`;
  const grid = drawGrid({ header: HEADER, rows: outcomes.map(cellsOf), right: new Set([1, 5, 6]) }, width);
  return `${[grid, "", ...notes, ...misses, end].join("\n")}\n`;
}

function cellsOf({
  name,
  resources,
  secondPlan,
  verdict,
  teardown,
  left,
  seconds,
}: RehearsalOutcome): readonly string[] {
  const plans = [...new Set(Object.values(secondPlan))];
  return [
    name,
    String(resources ?? "-"),
    plans.length === 0 ? "-" : plans.join(", "),
    verdict ?? "-",
    teardown ?? "-",
    String(left?.length ?? "-"),
    String(seconds),
  ];
}

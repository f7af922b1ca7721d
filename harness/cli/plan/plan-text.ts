import { formatDuration } from "../../results/format/format.ts";
import { drawGrid, wrap } from "../../results/table/grid.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import { describeTime } from "../expectation/expectation.ts";
import { costSection } from "./cost-text.ts";
import { permissionSection, quotaSection } from "./needs-text.ts";
import type { PlanDocument } from "./plan-document.ts";
import { provisioningSection } from "./provisioning-text.ts";

/** A plan as text of a width: what is made, how long it takes, what it needs, what it costs. */
export function planText(plan: PlanDocument, width: number): string {
  const { architecture, size, region, zone, simulated, speed = 1, overrides, cloud } = plan;
  const place = cloud === "kubernetes" ? "a cluster of your own" : `${region} (${zone})`;
  const changed = Object.entries(overrides).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  const sections = [
    [
      `Plan of ${architecture} ${size} in ${simulated ? `the twin at speed ${formatCount(speed)}` : place}`,
      ...(changed.length === 0 ? [] : [`With ${changed.join(", ")}`]),
      "Nothing was created, and no cloud was asked.",
    ],
    resourceSection(plan, width),
    othersSection(plan, width),
    provisioningSection(plan, width),
    afterwardsSection(plan),
    quotaSection(plan, width),
    permissionSection(plan),
    costSection(plan),
  ];
  const lines = sections.map((section) => section.flatMap((line) => wrapped(line, width)).join("\n"));
  return `${lines.join("\n\n")}\n`;
}

/** Tables fit already; a sentence that is too long continues with the indent of its beginning. */
function wrapped(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? "";
  return wrap(line.trimStart(), width - indent.length).map((part) => `${indent}${part}`);
}

function resourceSection({ resources, dataSources, stacks }: PlanDocument, width: number): readonly string[] {
  const total = resources.reduce((sum, each) => sum + each.total, 0);
  const undecided = resources.filter((each) => each.undecided > 0).map(({ kind }) => kind);
  const reads = dataSources.reduce((sum, each) => sum + each.total, 0);
  const cell = (count: number | undefined): string => (count === undefined ? "-" : formatCount(count));
  const several = stacks.length > 1;
  const grid = drawGrid(
    {
      header: ["kind", ...stacks, ...(several ? ["all"] : [])],
      rows: resources.map(({ kind, byStack, total: all }) => [
        kind,
        ...stacks.map((stack) => cell(byStack[stack])),
        ...(several ? [cell(all)] : []),
      ]),
      right: new Set(Array.from({ length: stacks.length + 1 }, (_, index) => index + 1)),
    },
    width,
  );
  return [
    `${countOf(total, "resource")} of ${countOf(resources.length, "kind")} in ${countOf(stacks.length, "stack")}, by the stacks' own synthesis`,
    ...grid.split("\n"),
    ...(reads === 0 ? [] : [`Terraform also reads ${countOf(reads, "data source")}.`]),
    ...(undecided.length === 0
      ? []
      : [`Only the apply decides how many there are of ${undecided.join(", ")}; each is counted once.`]),
  ];
}

/** By who makes it: the controllers of a cluster, and Coder for its workspaces. */
function othersSection({ madeByOthers }: PlanDocument, width: number): readonly string[] {
  const rows = madeByOthers.map(({ what, count, by, why }) => [
    count === undefined ? "some" : formatCount(count),
    what,
    by === "Coder" ? `${why} (Coder)` : why,
  ]);
  const grid = drawGrid({ header: ["count", "what", "because of"], rows, right: new Set([0]) }, width);
  return ["Beside Terraform, by controllers and Coder, at the same time", ...grid.split("\n")];
}

function afterwardsSection({
  afterwards,
  recordedProvision: recorded,
  simulated,
}: PlanDocument): readonly string[] {
  return [
    `After that, a run${simulated ? " in a real cloud" : ""} takes ${describeTime(afterwards)}`,
    ...(recorded === undefined
      ? []
      : [
          `For comparison: the whole provision of run ${recorded.runId} on ${recorded.date} took ${formatDuration(recorded.seconds * 1_000)}${recorded.simulated ? " (simulated)" : ""}, without its bootstrap.`,
        ]),
  ];
}

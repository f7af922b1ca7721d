import type { Basis } from "../../forecast/expected-seconds.ts";
import type { Step } from "../../forecast/provisioning.ts";
import { formatDuration } from "../../results/format/format.ts";
import { drawGrid } from "../../results/table/grid.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import type { PlanDocument } from "./plan-document.ts";

/** The critical path as a list, what the other steps leave of time, and what the times rest on. */
export function provisioningSection(
  { provisioning, simulated }: PlanDocument,
  width: number,
): readonly string[] {
  const { critical, seconds } = provisioning;
  const moment = momentOf(seconds);
  // A step without time would only lengthen the list.
  const shown = critical.filter(({ start, end }) => end > start);
  const isSimulated = simulated || shown.some(({ expected }) => expected.basis.kind === "simulated");
  const grid = drawGrid(
    {
      header: ["start", "takes", "end", "by", "step"],
      rows: shown.map((step) => [
        moment(step.start),
        moment(step.end - step.start),
        moment(step.end),
        basisLetter(step.expected.basis),
        stepWords(step),
      ]),
      right: new Set([0, 1, 2]),
    },
    width,
  );
  return [
    `Provisioning: about ${time(seconds)} until Coder is set up${isSimulated ? " (simulated)" : ""}`,
    "The critical path, each step as soon as the one before it ends:",
    ...grid.split("\n"),
    `By: ${lettersOf(shown)}.`,
    ...restLines(provisioning),
    "",
    "What these times rest on",
    ...basisLines(shown),
  ];
}

function restLines({
  steps,
  critical,
  seconds,
  unlimitedSeconds,
  atOnce,
}: PlanDocument["provisioning"]): readonly string[] {
  const onPath = new Set(critical.map(({ stack, name }) => `${stack ?? ""} ${name}`));
  const rest = steps.filter(
    ({ stack, name, start, end }) => end > start && !onPath.has(`${stack ?? ""} ${name}`),
  );
  const [tightest] = rest.toSorted((one, other) => one.slack - other.slack);
  const work = rest.reduce((sum, { start, end }) => sum + end - start, 0);
  const slack = rest.reduce((sum, step) => sum + step.slack, 0);
  const longer = seconds - unlimitedSeconds;
  const waited = steps.filter(({ waitedForPlace }) => waitedForPlace).length;
  return [
    tightest === undefined
      ? "Every step is on this path."
      : `Beside it ${countOf(rest.length, "step")} of together ${time(work)} with ${time(slack)} of slack in all, the least ${time(tightest.slack)} for ${tightest.name}.`,
    waited === 0
      ? `Terraform works on at most ${formatCount(atOnce)} at once, which delays nothing here.`
      : `Terraform works on at most ${formatCount(atOnce)} at once: ${countOf(waited, "step")} ${waited === 1 ? "waits" : "wait"} for a place, ${longer === 0 ? "without delaying the end" : `which delays the end by ${time(longer)}`}.`,
  ];
}

function stepWords({ name, stack, mode, waitedForPlace }: Step): string {
  const whose = mode === "program" && stack !== undefined ? `${stack}: ${name}` : name;
  return waitedForPlace ? `${whose} (after a wait for a place)` : whose;
}

/** One line for each kind on the path, with its figure. */
function basisLines(shown: readonly Step[]): readonly string[] {
  const lines = new Map<string, string>();
  for (const { kind, name, mode, expected } of shown) {
    const what = kind === undefined ? name : mode === "read" ? `read of ${kind}` : kind;
    lines.set(what, `  ${what}: ${basisWords(expected.basis)}`);
  }
  return [...lines.values()];
}

/** Each basis begins with another letter, which leaves room for long addresses. */
function basisLetter({ kind }: Basis): string {
  return kind.slice(0, 1);
}

/** `a assumed, p published`, of those that the steps have. */
function lettersOf(shown: readonly Step[]): string {
  const kinds = new Set(shown.map(({ expected }) => expected.basis.kind));
  return [...kinds]
    .sort()
    .map((kind) => `${kind.slice(0, 1)} ${kind}`)
    .join(", ");
}

function basisWords(basis: Basis): string {
  switch (basis.kind) {
    case "measured":
      return `measured on ${basis.date} by run ${basis.runId}, median of ${formatCount(basis.count)}`;
    case "simulated":
      return `simulated: of the twin in run ${basis.runId} of ${basis.date}, median of ${formatCount(basis.count)}`;
    case "published":
      return `published: ${basis.source}`;
    case "assumed":
      return `assumed: ${basis.source}`;
  }
}

/** How the times of a table are written: `9:42` in minutes and seconds, or tenths of a second if all of it is short. */
function momentOf(whole: number): (seconds: number) => string {
  if (whole < 100) return (seconds) => `${seconds.toFixed(1)}s`;
  return (seconds) => {
    const all = Math.round(seconds);
    const [hours, minutes] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60];
    const rest = String(all % 60).padStart(2, "0");
    return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
  };
}

function time(seconds: number): string {
  return seconds === 0 ? "0 s" : formatDuration(seconds * 1_000);
}

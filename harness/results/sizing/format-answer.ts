import type {
  Answer,
  ArchitectureAnswer,
  ComputedDeployment,
} from "../../../reference-architectures/sizing/answer.ts";
import { basisWords } from "../../../reference-architectures/sizing/basis.ts";
import { LOAD_FIGURES } from "../../../reference-architectures/sizing/load.ts";
import { distanceWords } from "../../../reference-architectures/sizing/measured-row.ts";
import { formatNumber } from "../../../reference-architectures/sizing/number-words.ts";
import type { SizedPart } from "../../../reference-architectures/sizing/parts.ts";
import type { Terms } from "../../../reference-architectures/sizing/terms.ts";
import { formatUsd } from "../../model/record/usd.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import { wrap } from "../table/grid.ts";

/** Text is never wider, so that it can be read in a terminal, a file and a message. */
const WIDEST = 80;
const LABEL = 14;

/** Returns an answer as text of at most 80 columns. */
export function formatAnswer(answer: Answer, width: number): string {
  const columns = Math.min(width, WIDEST);
  const sections = [
    loadSection(answer, columns),
    ...answer.architectures.map((each) => architectureSection(each, columns)),
    differencesSection(answer, columns),
    measuredSection(answer, columns),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

type Lines = readonly string[];

function loadSection({ load, decidedBy }: Answer, columns: number): Lines {
  return [
    `What ${countOf(load.users.value, "user")} need${load.users.value === 1 ? "s" : ""}`,
    ...LOAD_FIGURES.flatMap((figure) =>
      labelled(figure, [`${formatCount(load[figure].value)}, ${basisWords(load[figure].basis)}`], columns),
    ),
    ...(decidedBy === undefined ? [] : labelled("decided by", [decidedBy], columns)),
  ];
}

function architectureSection(
  { architecture, region, listed, refused, computed, whyNotComputed }: ArchitectureAnswer,
  columns: number,
): Lines {
  const none = refused.length === 0 ? "none has every figure of the load" : "none will do";
  return [
    `${architecture}, ${region}`,
    ...(listed === undefined
      ? labelled("listed size", [none], columns)
      : labelled(
          "listed size",
          [
            `${listed.size}: the smallest that will do`,
            listed.restsOn === undefined ? "" : basisWords(listed.restsOn),
            costWords(listed.terms),
          ],
          columns,
        )),
    ...refused.flatMap(({ size, refusedFor }) =>
      labelled("", [`not ${size}: ${refusedFor.join("; ")}`], columns),
    ),
    ...(computed === undefined
      ? labelled("computed", [`nothing: ${whyNotComputed ?? ""}`], columns)
      : computedLines(computed, columns)),
  ];
}

function computedLines({ parts, terms, settings, doubts }: ComputedDeployment, columns: number): Lines {
  return [
    "",
    "  For exactly this load",
    ...parts.flatMap((part) => partLines(part, columns)),
    ...doubts.flatMap(({ architecture, size, date, runId }) =>
      labelled(
        "doubt",
        [`${architecture} ${size} failed under no more load with no less; measured on ${date} by ${runId}`],
        columns,
      ),
    ),
    ...labelled("cost", [costWords(terms), ...noteWords(terms)], columns),
    ...labelled("quota", [quotaWords(terms)], columns),
    ...labelled(
      "licence",
      [terms.licensed ? "needed: several replicas or external provisioners" : "not needed"],
      columns,
    ),
    ...settingLines(settings, columns),
  ];
}

function partLines(part: ComputedDeployment["parts"][number], columns: number): Lines {
  return labelled(
    LABELS[part.id],
    [sizeWords(part), ...part.arithmetic, `${basisWords(part.restsOn)}; ${distanceWords(part.distance)}`],
    columns,
  );
}

const LABELS: Readonly<Record<SizedPart["id"], string>> = {
  coder: "coderd",
  provisioners: "provisioners",
  database: "database",
  workspaces: "workspaces",
  system: "system",
};

function sizeWords({ id, count, cores, memoryGib, machines, tier }: SizedPart): string {
  const memory = memoryGib < 1 ? `${formatNumber(memoryGib * 1_024)} MiB` : `${formatNumber(memoryGib)} GiB`;
  const each = `${formatNumber(cores)} vCPU, ${memory}`;
  const on =
    machines === undefined
      ? ""
      : ` on ${formatCount(machines.count)} ${machines.type} (${machines.cores} vCPU, ${machines.memoryGib} GiB)`;
  if (id === "database") return `${each}: ${tier ?? ""}`;
  if (id === "system" && machines !== undefined) return `${formatCount(count)} ${machines.type} (${each})`;
  return `${formatCount(count)} × ${each}${on}`;
}

/** How many prices were not read from a list; JSON names them. */
function noteWords({ perMonth }: Terms): Lines {
  if (perMonth.state === "not-priced" || perMonth.notes.length === 0) return [];
  return [`${countOf(perMonth.notes.length, "remark")} about its prices: see the JSON`];
}

function quotaWords({ quota }: Terms): string {
  if (quota.length === 0) return "none: your cluster's nodes need room for the requests above";
  // Google's ids are words, and AWS's are not.
  const words = quota.map(({ id, what, need }) => `${formatCount(need)} ${id.startsWith("L-") ? what : id}`);
  return `${words.join(", ")}; with the load runner`;
}

/** Flags that can be pasted behind a command: a line never ends inside of one. */
function settingLines({ size, set }: ComputedDeployment["settings"], columns: number): Lines {
  const flags = [
    `--size ${size}`,
    ...Object.entries(set).map(([path, value]) => `--set ${path}=${String(value)}`),
  ];
  const indent = " ".repeat(LABEL + 2);
  const lines: string[] = [];
  for (const flag of flags) {
    const last = lines.at(-1);
    const joined = last === undefined ? flag : `${last} ${flag}`;
    if (last !== undefined && joined.length <= columns - indent.length - 2) lines[lines.length - 1] = joined;
    else lines.push(flag);
  }
  return lines.map(
    (line, index) =>
      `${index === 0 ? `  ${"flags".padEnd(LABEL)}` : indent}${line}${index === lines.length - 1 ? "" : " \\"}`,
  );
}

function costWords({ perMonth, perRun }: Terms): string {
  if (perMonth.state === "not-priced") return `no price: ${perMonth.reason}`;
  const run = perRun.state === "priced" ? formatUsd(perRun.usd) : "no price";
  return `${formatUsd(perMonth.usd)} a month without traffic; ${run} for one benchmark run (prices of ${perMonth.prices})`;
}

function differencesSection({ differences }: Answer, columns: number): Lines {
  if (differences.length === 0) return [];
  return [
    "Published rules that differ; the largest figure is taken",
    ...differences.flatMap(({ what, rules }) => [
      `  ${what}`,
      ...rules.flatMap(({ words, value, date }) =>
        labelled(`  ${formatNumber(value)}`, [`${words} (${date})`], columns),
      ),
    ]),
  ];
}

function measuredSection({ measuredRows, contradictions, notUsed }: Answer, columns: number): Lines {
  const counts = [
    [notUsed.simulated, "simulated"],
    [notUsed.unofficial, "unofficial"],
    [notUsed.inconclusive, "inconclusive"],
  ] as const;
  const ignored = counts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${formatCount(count)} ${words}`);
  return [
    "Measured",
    ...labelled(
      "rows",
      [
        measuredRows === 0
          ? "no row has been measured: every figure above rests on rules alone"
          : countOf(measuredRows, "official row"),
        ...(ignored.length === 0 ? [] : [`not used: ${ignored.join(", ")}`]),
      ],
      columns,
    ),
    ...contradictions.flatMap(({ date, runId, words }) =>
      labelled("contradicts", [`${words}; measured on ${date} by ${runId}`], columns),
    ),
  ];
}

/** A label, and paragraphs beside it. */
function labelled(label: string, paragraphs: Lines, columns: number): Lines {
  const lines = paragraphs.filter((text) => text !== "").flatMap((text) => wrap(text, columns - LABEL - 2));
  return lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(LABEL)}${line}`);
}

import type { SeriesUnit } from "../../model/observation/series.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { PHASE_WORDS } from "../format/phase-words.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { describeRun, describeRunNetwork } from "./described-run.ts";
import { exportedFigures, type ExportedFigure } from "./exported-figures.ts";
import { exportedSeries } from "./exported-series.ts";

type Labels = Readonly<Record<string, string>>;

/** One sample: what is appended to the family's name, its labels, its value and, in whole seconds, its time. */
interface Sample {
  readonly suffix?: "_count";
  readonly labels: Labels;
  readonly value: number;
  readonly atSeconds: number;
}

/** A metric with its samples. */
interface Family {
  readonly name: string;
  readonly type: "gauge" | "summary";
  readonly help: string;
  readonly unit?: string;
  readonly samples: Sample[];
}

/** Prometheus' base unit of a figure, and the factor by which its value becomes one. */
const FIGURE_UNITS: Readonly<Record<ExportedFigure["unit"], readonly [unit: string, factor: number]>> = {
  count: ["", 1],
  "per-minute": ["per_second", 1 / 60],
  ms: ["seconds", 1 / 1000],
  s: ["seconds", 1],
  MiB: ["bytes", 2 ** 20],
  share: ["ratio", 1],
  USD: ["usd", 1],
};

const SERIES_UNIT: Readonly<Record<SeriesUnit, readonly [unit: string, factor: number]>> = {
  cores: ["cores", 1],
  bytes: ["bytes", 1],
  "bytes/s": ["bytes_per_second", 1],
  count: ["", 1],
  "per-second": ["per_second", 1],
  ms: ["seconds", 1 / 1000],
  share: ["ratio", 1],
};

/** Words of a name that its unit in Prometheus says already or contradicts. */
const SAID_BY_UNIT: Readonly<Record<string, string>> = { "builds-per-minute": "builds", failures: "failed" };

/**
 * The records as OpenMetrics text with timestamps, which `promtool tsdb create-blocks-from openmetrics` makes blocks
 * of. Times are whole seconds, so that a reader of the older text format understands them too.
 */
export function toOpenMetrics(records: readonly RunRecord[]): string {
  const families = new Map<string, Family>();
  const add = (family: Omit<Family, "samples">, samples: readonly Sample[]): void => {
    const known = families.get(family.name) ?? { ...family, samples: [] };
    known.samples.push(...samples);
    families.set(family.name, known);
  };
  for (const record of records) addRecord(record, add);
  return `${[...families.values()].map(familyText).join("")}# EOF\n`;
}

type Add = (family: Omit<Family, "samples">, samples: readonly Sample[]) => void;

function addRecord(record: RunRecord, add: Add): void {
  const { verdict, ...run } = describeRun(record);
  const atSeconds = Math.floor(Date.parse(record.finishedAt ?? record.startedAt) / 1000);
  const at = (value: number, labels: Labels = {}): Sample => ({
    labels: { ...run, ...labels },
    value,
    atSeconds,
  });
  add({ name: "refbench_run_info", type: "gauge", help: "A run, its verdict and its network." }, [
    at(1, { verdict, ...describeRunNetwork(record) }),
  ]);
  for (const figure of exportedFigures(record)) addFigure(figure, at, add);
  for (const { name, met, judged } of record.objectives)
    if (judged !== false)
      add({ name: "refbench_objective_met", type: "gauge", help: "Whether an objective was met: 1 or 0." }, [
        at(met ? 1 : 0, { objective: name }),
      ]);
  for (const { name, words, unit, of, points } of exportedSeries(record)) {
    const [base, factor] = SERIES_UNIT[unit];
    const labels = { ...run, ...(of === "" ? {} : { of }) };
    add(
      { name: metricName(name, base), type: "gauge", help: sentence(words), unit: base },
      distinctSeconds(points).map(([atMs, value]) => ({
        labels,
        value: value * factor,
        atSeconds: Math.floor(atMs / 1000),
      })),
    );
  }
}

function addFigure(figure: ExportedFigure, at: (value: number, labels?: Labels) => Sample, add: Add): void {
  const { name, words, value, latency } = figure;
  const [unit, factor] = FIGURE_UNITS[figure.unit];
  if (latency === undefined) {
    const family = metricName(SAID_BY_UNIT[name] ?? name, unit);
    add({ name: family, type: "gauge", help: sentence(words), unit }, [at(value * factor)]);
    return;
  }
  const { phase, statistic } = latency;
  const summary = {
    name: phaseMetric(phase),
    type: "summary",
    help: sentence(PHASE_WORDS[phase]),
    unit: "seconds",
  } as const;
  if (statistic === "count") add(summary, [{ ...at(value), suffix: "_count" }]);
  else if (statistic !== "max") add(summary, [at(value * factor, { quantile: String(statistic) })]);
  else
    add(
      {
        name: "refbench_phase_longest_seconds",
        type: "gauge",
        help: "Longest latency of a phase.",
        unit: "seconds",
      },
      [at(value * factor, { phase })],
    );
}

/** The name of a phase's latencies as a metric: `refbench_phase_workspace_ready_seconds`. */
function phaseMetric(phase: Phase): string {
  return metricName(`phase-${phase}`, "seconds");
}

function metricName(name: string, unit: string): string {
  const words = `refbench_${name.replaceAll(/[^a-zA-Z0-9]+/g, "_")}`;
  return unit === "" || words.endsWith(`_${unit}`) ? words : `${words}_${unit}`;
}

/** The last point of each second: OpenMetrics wants times that rise. */
function distinctSeconds(
  points: readonly (readonly [atMs: number, value: number])[],
): readonly (readonly [atMs: number, value: number])[] {
  return [...new Map(points.map((point) => [Math.floor(point[0] / 1000), point])).values()];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function familyText({ name, type, help, unit, samples }: Family): string {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined || unit === "" ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...inOneBlock(samples).map((sample) => sampleText(name, sample)),
    "",
  ].join("\n");
}

/** Samples with equal labels, apart from their quantile, follow one another. */
function inOneBlock(samples: readonly Sample[]): readonly Sample[] {
  const blocks = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(Object.entries(sample.labels).filter(([label]) => label !== "quantile"));
    const block = blocks.get(key);
    if (block === undefined) blocks.set(key, [sample]);
    else block.push(sample);
  }
  return [...blocks.values()].flat();
}

function sampleText(name: string, { suffix, labels, value, atSeconds }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(oneLine(text))}"`);
  return `${name}${suffix ?? ""}{${pairs.join(",")}} ${value} ${atSeconds}`;
}

function escaped(text: string): string {
  return text
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}

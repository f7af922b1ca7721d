import type { Observation } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import { type CallGoogle, googleApi } from "../google/api.ts";
import type { GoogleInventoryOptions } from "../google/inventory.ts";
import { list, record } from "../google/refusal.ts";
import { type AskedTime, type Measured, type MeasuredPoint, toMinutes } from "./minute-grid.ts";

/** What Google measures of a run's things that have no exporter of their own. */
export interface GoogleThings {
  /** The Cloud SQL instance; absent where Postgres is elsewhere. */
  readonly database?: string | undefined;
  /** Names of machines. */
  readonly machines: readonly string[];
}

interface Question {
  readonly series: SeriesName;
  readonly type: string;
  /** `ALIGN_RATE` makes a rate in one second of a counter. */
  readonly aligner: "ALIGN_MEAN" | "ALIGN_RATE";
}

/** Source: Google's list of metrics, cloud.google.com/monitoring/api/metrics_gcp. CPU time has the unit s{CPU}. */
const OF_DATABASE: readonly Question[] = [
  { series: "database.cpu", type: "database/cpu/usage_time", aligner: "ALIGN_RATE" },
  { series: "database.cores", type: "database/cpu/reserved_cores", aligner: "ALIGN_MEAN" },
  // Without buffers and cache.
  { series: "database.memory", type: "database/memory/usage", aligner: "ALIGN_MEAN" },
  { series: "database.memory-size", type: "database/memory/quota", aligner: "ALIGN_MEAN" },
  { series: "database.reads", type: "database/disk/read_ops_count", aligner: "ALIGN_RATE" },
  { series: "database.writes", type: "database/disk/write_ops_count", aligner: "ALIGN_RATE" },
  { series: "database.connections", type: "database/postgresql/num_backends", aligner: "ALIGN_MEAN" },
];
const OF_MACHINE: readonly Question[] = [
  { series: "node.cpu", type: "instance/cpu/usage_time", aligner: "ALIGN_RATE" },
  { series: "node.cores", type: "instance/cpu/reserved_cores", aligner: "ALIGN_MEAN" },
];

/**
 * Reads what Google measured of a database and machines in a time, one value a minute. A figure that cannot be read is
 * listed with the reason; `monitoring.timeSeries.list` is the right for it.
 */
export async function readCloudMonitoring(
  options: GoogleInventoryOptions,
  { database, machines }: GoogleThings,
  time: AskedTime,
  signal: AbortSignal,
): Promise<Observation> {
  const call = googleApi(options);
  const { project } = options;
  const questions = [
    ...(database === undefined
      ? []
      : OF_DATABASE.map((question) => ({
          question,
          of: "database",
          filter: `metric.type="cloudsql.googleapis.com/${question.type}" AND resource.labels.database_id="${project}:${database}"`,
        }))),
    ...machines.flatMap((machine) =>
      OF_MACHINE.map((question) => ({
        question,
        of: machine,
        filter: `metric.type="compute.googleapis.com/${question.type}" AND metric.labels.instance_name="${machine}"`,
      })),
    ),
  ];
  const measured: Measured[] = [];
  // One after the other: they are few, and after the load.
  for (const { question, of, filter } of questions)
    measured.push({
      series: question.series,
      of,
      ...(await ask(call, { project, filter, question, time }, signal)),
    });
  return toMinutes(time, measured, { cloud: "Google Cloud Monitoring", questions: questions.length });
}

async function ask(
  call: CallGoogle,
  {
    project,
    filter,
    question,
    time,
  }: {
    readonly project: string;
    readonly filter: string;
    readonly question: Question;
    readonly time: AskedTime;
  },
  signal: AbortSignal,
): Promise<{ readonly points: readonly MeasuredPoint[] } | { readonly why: string }> {
  const query = {
    filter,
    "interval.startTime": new Date(time.fromMs).toISOString(),
    "interval.endTime": new Date(time.toMs).toISOString(),
    "aggregation.alignmentPeriod": "60s",
    "aggregation.perSeriesAligner": question.aligner,
    // Several series, such as one for each database of an instance, are one figure.
    "aggregation.crossSeriesReducer": "REDUCE_SUM",
    // A day has 1,440 points.
    pageSize: "10000",
  };
  const answer = await call(
    { api: "monitoring", method: "GET", path: `v3/projects/${project}/timeSeries`, query },
    signal,
  );
  if (answer.state === "denied")
    return { why: `monitoring.timeSeries.list is not granted: ${answer.reason}` };
  if (answer.state !== "ok") return { why: answer.reason };
  const [series] = list(answer.body["timeSeries"]);
  return { points: list(record(series)["points"]).flatMap(pointOf) };
}

/** A point of an aligned series. Whole numbers are texts, because they have 64 bits. */
function pointOf(raw: unknown): MeasuredPoint[] {
  const { interval, value } = record(raw);
  const atMs = Date.parse(String(record(interval)["endTime"]));
  const { doubleValue, int64Value } = record(value);
  const number = Number(doubleValue ?? int64Value ?? Number.NaN);
  return Number.isNaN(atMs) || Number.isNaN(number) ? [] : [{ atMs, value: number }];
}

import type { Json } from "../json.ts";
import { pageOf } from "../pages.ts";
import type { MeasuredSeries } from "../project.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";

/**
 * The API `monitoring.googleapis.com`, version 3: `timeSeries.list` of what was measured, aligned to periods that end
 * with the interval and added up over all series that pass the filter.
 */
export function monitoring(world: MockWorld, { method, path, query }: GoogleApiRequest): Json {
  const { id, measured, ungranted, pageSize } = world.project;
  if (method !== "GET" || path !== `projects/${id}/timeSeries`) throw notFound(path);
  if (ungranted.has("monitoring.timeSeries.list"))
    throw new GoogleRefusal(
      403,
      "forbidden",
      "Permission monitoring.timeSeries.list denied (or it may not exist).",
    );
  const type = /metric\.type\s*=\s*"([^"]+)"/.exec(query.get("filter") ?? "")?.[1];
  if (type === undefined)
    throw new GoogleRefusal(
      400,
      "badRequest",
      "Field filter had an invalid value: one metric.type must be given.",
    );
  const [fromMs, toMs] = [timeIn(query, "interval.startTime"), timeIn(query, "interval.endTime")];
  const periodMs = 1000 * Number(/^(\d+)s$/.exec(query.get("aggregation.alignmentPeriod") ?? "")?.[1] ?? 0);
  if (periodMs < 60_000)
    throw new GoogleRefusal(
      400,
      "badRequest",
      "Field aggregation.alignmentPeriod must be at least 60 seconds.",
    );
  const aligner = query.get("aggregation.perSeriesAligner");
  const matching = measured.filter(
    (series) => series.type === type && passes(series, query.get("filter") ?? ""),
  );
  const points: Json[] = [];
  // Newest first.
  for (let endMs = toMs; endMs > fromMs; endMs -= periodMs) {
    const values = matching.flatMap((series) => align(series, endMs - periodMs, endMs, aligner));
    if (values.length === 0) continue;
    const endTime = new Date(endMs).toISOString();
    const doubleValue = values.reduce((sum, value) => sum + value, 0);
    points.push({ interval: { startTime: endTime, endTime }, value: { doubleValue } });
  }
  const { members, next } = pageOf(points, query, pageSize * 100);
  if (members.length === 0) return { unit: "1" };
  return {
    timeSeries: [{ metric: { type }, metricKind: "GAUGE", valueType: "DOUBLE", points: members }],
    ...next,
  };
}

/** The value of one period; none without a point in it. Points of a counter are its growth until then. */
function align({ points }: MeasuredSeries, fromMs: number, toMs: number, aligner: string | null): number[] {
  const values = points.flatMap(({ atMs, value }) => (atMs > fromMs && atMs <= toMs ? [value] : []));
  if (values.length === 0) return [];
  const sum = values.reduce((total, value) => total + value, 0);
  return [aligner === "ALIGN_RATE" ? sum / ((toMs - fromMs) / 1000) : sum / values.length];
}

function passes({ labels }: MeasuredSeries, filter: string): boolean {
  const terms = [...filter.matchAll(/(?:metric|resource)\.labels\.(\w+)\s*=\s*"([^"]*)"/g)];
  return terms.every(([, name = "", value]) => labels[name] === value);
}

function timeIn(query: URLSearchParams, name: string): number {
  const time = Date.parse(query.get(name) ?? "");
  if (Number.isNaN(time)) throw new GoogleRefusal(400, "badRequest", `Field ${name} had an invalid value.`);
  return time;
}

import { Agent } from "undici";
import { z } from "zod";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import { SERIES, type SeriesName } from "../../model/observation/series.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import { messageOf } from "../../tools/error.ts";
import { exchange, splitUrl } from "../../tools/exchange.ts";
import { parseJson } from "../../tools/parse-json.ts";
import type { FigureSource, Reading, Sample } from "../source.ts";

type PrometheusPlace = Extract<ObservedPlace, { kind: "prometheus" }>;
type Query = PrometheusPlace["queries"][number];

const TIMEOUT_MS = 10_000;
/** Results of one query; a query without an aggregation can name every series that there is. */
const MOST_RESULTS = 200;

const value = z.tuple([z.number(), z.string()]);
const answerSchema = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("vector"),
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value })),
    }),
    z.object({ resultType: z.literal("scalar"), result: value }),
  ]),
});
const refusalSchema = z.object({ status: z.literal("error"), error: z.string() });

/** Asks a Prometheus of the user's. One query that fails leaves the others their values. */
export function prometheusSource(place: PrometheusPlace): FigureSource {
  const dispatcher = new Agent({ connections: 2 });
  const ask = async (query: Query, signal: AbortSignal) => {
    const url = new URL(place.url);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/query`;
    url.searchParams.set("query", query.query);
    const { status, bytes } = await exchange({
      method: "GET",
      ...splitUrl(url),
      headers: { accept: "application/json", ...place.headers },
      signal,
      timeoutMs: TIMEOUT_MS,
      dispatcher,
    });
    return { samples: readAnswer(query, status, bytes.toString("utf8")), bytes: bytes.length };
  };
  return {
    what: "Prometheus",
    read: async (signal): Promise<Reading> => {
      const unseen: Unseen[] = [];
      const answers = await Promise.all(
        place.queries.map((query) =>
          ask(query, signal).catch((error: unknown) => {
            unseen.push({ what: `${query.series} from Prometheus`, why: messageOf(error) });
            return undefined;
          }),
        ),
      );
      const known = answers.filter((each) => each !== undefined);
      return {
        samples: known.flatMap(({ samples }) => samples),
        questions: place.queries.length,
        bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
        unseen,
      };
    },
    close: () => dispatcher.destroy(),
  };
}

function readAnswer({ series, label }: Query, status: number, text: string): Sample[] {
  if (!isSeries(series)) throw new Error("a record does not have this series");
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw new Error(`the answer with status ${status} is not JSON`);
  }
  const refusal = refusalSchema.safeParse(json);
  if (refusal.success) throw new Error(`Prometheus refused the query: ${refusal.data.error.slice(0, 200)}`);
  const answer = answerSchema.safeParse(json);
  if (status !== 200 || !answer.success)
    throw new Error(`the answer with status ${status} is not one of Prometheus' query API`);
  const { data } = answer.data;
  const results = data.resultType === "scalar" ? [{ metric: {}, value: data.result }] : data.result;
  if (results.length === 0) throw new Error("the query has no result");
  if (results.length > MOST_RESULTS)
    throw new Error(
      `the query has ${results.length} results, at most ${MOST_RESULTS}: add up, such as by (pod)`,
    );
  return results.map(({ metric, value: [, number] }) => ({
    series,
    of: nameOf(metric, label),
    value: Number(number),
  }));
}

/** The thing that a result is about: the value of a label, or of all its labels. */
function nameOf(metric: Readonly<Record<string, string>>, label: string | undefined): string {
  const values = Object.entries(metric).flatMap(([name, text]) => (name === "__name__" ? [] : [text]));
  const found = label === undefined ? values.join("/") : metric[label];
  return found === undefined || found === "" ? "Prometheus" : found.slice(0, 200);
}

function isSeries(text: string): text is SeriesName {
  return text in SERIES;
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { findCollectorVariable } from "../../model/environment/collector.ts";
import type { Traced } from "../../model/ports/traced.ts";
import type { Traces } from "../../model/observation/traces.ts";
import { traceIdOf } from "../../model/trace-ids.ts";
import { messageOf } from "../../tools/error.ts";
import { makeSpans } from "./make-spans.ts";
import { spansOf } from "./run-spans.ts";
import { type Patience, sendSpans } from "./send-spans.ts";

/** Name of the file with a run's spans: OTLP as JSON, one request a line. */
export const TRACES_FILE = "traces.jsonl";

/** Spans of one request: a collector accepts 4 MiB. */
const SPANS_A_LINE = 500;

/**
 * Writes a run's spans into its folder and sends them to the collector that the environment names, if any. Returns what
 * the record says of them. Never throws: no run fails for its spans.
 */
export async function keepTraces(
  traced: Traced,
  {
    folder,
    env,
    patience,
  }: { readonly folder: string; readonly env: NodeJS.ProcessEnv; readonly patience?: Patience },
): Promise<Traces> {
  const { record } = traced;
  const id = traceIdOf(record.runId);
  const problems: string[] = [];
  try {
    const spans = await makeSpans(id, spansOf(traced), record.provenance.refbench.version);
    const isWritten = await writeSpans(join(folder, TRACES_FILE), spans, problems);
    const isAsked = findCollectorVariable(env) !== undefined;
    const problem = isAsked ? await sendSpans(spans, env, patience) : undefined;
    if (problem !== undefined) problems.push(problem);
    return {
      ...{ id, spans: spans.length, problems },
      ...(isWritten ? { file: TRACES_FILE } : {}),
      ...(isAsked ? { sent: problem === undefined } : {}),
    };
  } catch (error) {
    return { id, spans: 0, problems: [...problems, `no spans were made: ${messageOf(error)}`] };
  }
}

async function writeSpans(
  file: string,
  spans: readonly ReadableSpan[],
  problems: string[],
): Promise<boolean> {
  const lines: string[] = [];
  for (let from = 0; from < spans.length; from += SPANS_A_LINE) {
    const bytes = JsonTraceSerializer.serializeRequest(spans.slice(from, from + SPANS_A_LINE));
    if (bytes !== undefined) lines.push(Buffer.from(bytes).toString());
  }
  try {
    await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    return true;
  } catch (error) {
    problems.push(`the spans could not be written: ${messageOf(error)}`);
    return false;
  }
}

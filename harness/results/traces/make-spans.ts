import { context, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { PlannedSpan } from "./run-spans.ts";

/** Makes spans by OpenTelemetry's SDK, with the ids and times that were planned for them. */
export async function makeSpans(
  traceId: string,
  planned: readonly PlannedSpan[],
  version: string,
): Promise<readonly ReadableSpan[]> {
  const finished = new InMemorySpanExporter();
  const ids = { trace: traceId, span: "" };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "refbench", "service.version": version }),
    // The environment's own sampler must not leave out parts of a trace that the record counts.
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => ids.trace, generateSpanId: () => ids.span },
    spanProcessors: [new SimpleSpanProcessor(finished)],
  });
  const tracer = provider.getTracer("refbench", version);
  for (const { id, parentId, name, startMs, endMs, attributes, isFailed } of planned) {
    ids.span = id;
    const root = context.active();
    const within =
      parentId === undefined
        ? root
        : trace.setSpanContext(root, { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED });
    const span = tracer.startSpan(
      name,
      { startTime: hrTime(startMs), attributes: { ...attributes } },
      within,
    );
    if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(hrTime(Math.max(startMs, endMs)));
  }
  await provider.forceFlush();
  const spans = [...finished.getFinishedSpans()];
  await provider.shutdown();
  return spans;
}

/** Seconds and nanoseconds: the SDK takes a small number for a time since the process began. */
function hrTime(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

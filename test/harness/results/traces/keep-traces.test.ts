import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import type { Traced } from "../../../../harness/model/ports/traced.ts";
import { spanIdOf, traceIdOf, workspacePlace } from "../../../../harness/model/trace-ids.ts";
import { keepTraces } from "../../../../harness/results/traces/keep-traces.ts";
import { findReader, runReader } from "../../../support/readers.ts";
import { exportedRecord } from "../export/exported-record.ts";

const SECRET = "Correct-Horse-9-Battery";
const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
const python = findReader("python");

afterEach(() => {
  Reflect.deleteProperty(process.env, ENDPOINT);
});

/** A run with every stage, two stacks and one workspace, whose messages hold a secret. */
function traced(): Traced {
  const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 7, 0, second)).toISOString();
  const startMs = Date.parse(at(60));
  return {
    record: exportedRecord({
      reasons: [SECRET],
      stages: ["preflight", "provision", "bootstrap", "load", "drain", "destroy", "sweep", "audit"].map(
        (stage, index) => ({
          ...{ stage, startedAt: at(index * 20), finishedAt: at(index * 20 + 20) },
          ...(stage === "destroy"
            ? { outcome: "failed" as const, message: SECRET }
            : { outcome: "ok" as const }),
        }),
      ),
    }),
    stacks: [
      { stack: "gke-cloud", act: "apply", startMs: Date.parse(at(21)), endMs: Date.parse(at(30)), ok: true },
      {
        stack: "gke-cloud",
        act: "destroy",
        startMs: Date.parse(at(101)),
        endMs: Date.parse(at(110)),
        ok: false,
      },
    ],
    workspaces: [
      {
        index: 7,
        phases: [
          { name: "requested", startMs, endMs: startMs + 120.5 },
          { name: "building", startMs: startMs + 200, endMs: startMs + 900, clock: "coder" },
          { name: "ssh-handshake", startMs: startMs + 1000, endMs: startMs + 1100, failed: true },
        ],
      },
    ],
  };
}

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-traces-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Keeps the spans with a collector that answers like this. */
async function keptAt(answer: RequestListener): Promise<Awaited<ReturnType<typeof keepTraces>>> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  process.env[ENDPOINT] = `http://user:${SECRET}@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const patience = { answerMs: 200, giveUpMs: 400 };
  return keepTraces(traced(), { folder: await scratch(), env: process.env, patience });
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

function spansIn(text: string): readonly Span[] {
  type Request = {
    readonly resourceSpans: readonly {
      readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
    }[];
  };
  return text
    .trimEnd()
    .split("\n")
    .flatMap((line) => (JSON.parse(line) as Request).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

test("a run is one trace: its stages are the run's children, its stacks and workspaces the stages'", async () => {
  const folder = await scratch();
  const input = traced();
  const kept = await keepTraces(input, { folder, env: {} });
  const file = join(folder, kept.file ?? "");
  const text = await readFile(file, "utf8");
  const spans = spansIn(text);
  expect(kept).toEqual({
    id: traceIdOf(input.record.runId),
    spans: spans.length,
    file: "traces.jsonl",
    problems: [],
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const parents = Object.fromEntries(
    spans.map((span) => [span.name, spans.find(({ spanId }) => spanId === span.parentSpanId)?.name]),
  );
  expect(parents).toMatchObject({
    "run gke/1200": undefined,
    ...{ preflight: "run gke/1200", audit: "run gke/1200", load: "run gke/1200" },
    ...{
      "apply gke-cloud": "provision",
      "destroy gke-cloud": "destroy",
      workspace: "load",
      building: "workspace",
    },
  });
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([kept.id]));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  const failed = spans.filter(({ status }) => status.code === 2).map(({ name }) => name);
  expect(failed.sort()).toEqual([
    "destroy",
    "destroy gke-cloud",
    "run gke/1200",
    "ssh-handshake",
    "workspace",
  ]);
  // The id that the workspace's requests carried.
  expect(spans.find(({ name }) => name === "workspace")?.spanId).toBe(spanIdOf(kept.id, workspacePlace(7)));
  expect(spans.find(({ name }) => name === "requested")?.endTimeUnixNano).toBe("1795330860120500000");
  expect(text).not.toContain(SECRET);
});

test("the same run has the same ids whoever makes its spans", async () => {
  const [one, other] = [await scratch(), await scratch()];
  await keepTraces(traced(), { folder: one, env: {} });
  await keepTraces(traced(), { folder: other, env: {} });
  expect(await readFile(join(one, "traces.jsonl"), "utf8")).toBe(
    await readFile(join(other, "traces.jsonl"), "utf8"),
  );
});

test("a collector gets every span", async () => {
  const bodies: Buffer[] = [];
  const kept = await keptAt((request, response) => {
    request.on("data", (chunk: Buffer) => bodies.push(chunk));
    request.on("end", () => response.setHeader("content-type", "application/json").end("{}"));
  });
  expect(kept).toMatchObject({ sent: true, problems: [] });
  expect(spansIn(Buffer.concat(bodies).toString())).toHaveLength(kept.spans);
});

test.each<[string, RequestListener, RegExp]>([
  [
    "refuses",
    (_, response) => response.writeHead(401, SECRET).end(SECRET),
    /did not take the spans: it answered 401$/,
  ],
  ["never answers", () => undefined, /did not take the spans/],
  ["answers without an end", (_, response) => response.writeHead(200).write("x"), /did not take the spans/],
  ["hangs up", (request) => request.socket.destroy(), /did not take the spans/],
])(
  "a collector that %s fails no run, and the record says so without its words",
  async (_, answer, problem) => {
    const kept = await keptAt(answer);
    expect(kept).toMatchObject({
      sent: false,
      file: "traces.jsonl",
      problems: [expect.stringMatching(problem)],
    });
    expect(JSON.stringify(kept)).not.toContain(SECRET);
  },
);

test("a collector that cannot be one, and a folder that is gone, are problems of the record", async () => {
  process.env[ENDPOINT] = "not a url";
  const kept = await keepTraces(traced(), { folder: join(await scratch(), "gone"), env: process.env });
  expect(kept.file).toBeUndefined();
  expect(kept.sent).toBe(false);
  expect(kept.problems).toHaveLength(2);
});

test.skipIf(python === undefined)("OpenTelemetry's own definition of OTLP reads every line", async () => {
  const folder = await scratch();
  const kept = await keepTraces(traced(), { folder, env: {} });
  const program = `
import base64, sys
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
for line in sys.stdin:
    for resource in Parse(line, ExportTraceServiceRequest()).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                # OTLP writes ids in hexadecimal, protobuf's JSON reads base64.
                print(base64.b64encode(span.trace_id).decode(), span.end_time_unix_nano - span.start_time_unix_nano >= 0)`;
  const read = runReader(python ?? "", ["-c", program], {
    input: await readFile(join(folder, "traces.jsonl"), "utf8"),
  });
  expect(read.trimEnd().split("\n")).toEqual(Array.from({ length: kept.spans }, () => `${kept.id} True`));
});

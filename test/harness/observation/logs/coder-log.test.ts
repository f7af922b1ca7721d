import { expect, test } from "vitest";
import { type CoderLine, CoderLogReader } from "../../../../harness/observation/logs/coder-log.ts";
import { LogKinds } from "../../../../harness/observation/logs/kinds.ts";

function read(text: string): readonly CoderLine[] {
  const lines: CoderLine[] = [];
  const reader = new CoderLogReader((line) => lines.push(line));
  for (const line of text.split("\n")) reader.line(line);
  reader.end();
  return lines;
}

/** As Coder 2.31 wrote them when its database went away. */
const REAL = `2026-11-30 05:00:17.224 [erro]  pubsub: pubsub disconnected from postgres  error="pq: terminating connection due to administrator command"
2026-11-30 05:00:17.608 [erro]  provisionerd-vm-2.runner: flush queued logs  job_id=d18bb01b  workspace_owner=ada ...
    error= get job: dial tcp 127.0.0.1:5499: connect: connection refused
           	storj.io/drpc/drpcwire.UnmarshalError:26
2026-11-30 05:00:17.802 [info]  provisionerd-vm-2.runner: apply successful  job_id=d18bb01b
2026-11-30 05:00:17.904 [erro]  coderd.workspaceapps.stats_collector: failed to flush workspace app stats ...
    error= report workspace app stats failed:
               github.com/coder/coder/v2/coderd/workspaceapps.(*StatsCollector).flush
             - insert workspace app stats failed:
               github.com/coder/coder/v2/coderd/workspacestats.(*Reporter).ReportAppStats
             - dial tcp 127.0.0.1:5499: connect: connection refused
2026-11-30 05:00:18.429 [warn]  coderd.site: could not parse install.sh  error="open install.sh: file does not exist"`;

test("warnings and errors of Coder have their logger, message and causes, and nothing else", () => {
  expect(read(REAL)).toEqual([
    {
      level: "error",
      message:
        "pubsub: pubsub disconnected from postgres: pq: terminating connection due to administrator command",
      atMs: Date.UTC(2026, 10, 30, 5, 0, 17, 224),
    },
    {
      level: "error",
      message:
        "provisionerd-vm-2.runner: flush queued logs: get job: dial tcp 127.0.0.1:5499: connect: connection refused",
      atMs: Date.UTC(2026, 10, 30, 5, 0, 17, 608),
    },
    {
      level: "error",
      message:
        "coderd.workspaceapps.stats_collector: failed to flush workspace app stats: report workspace app stats failed: insert workspace app stats failed: dial tcp 127.0.0.1:5499: connect: connection refused",
      atMs: Date.UTC(2026, 10, 30, 5, 0, 17, 904),
    },
    {
      level: "warning",
      message: "coderd.site: could not parse install.sh: open install.sh: file does not exist",
      atMs: Date.UTC(2026, 10, 30, 5, 0, 18, 429),
    },
  ]);
});

test("a log in JSON is read alike", () => {
  const line = {
    ...{ ts: "2026-11-30T05:00:17.224Z", level: "ERROR", msg: "job failed", caller: "x.go:1" },
    ...{ logger_names: ["coderd", "jobs"], fields: { error: "no rows", workspace_owner: "ada" } },
  };
  expect(read(JSON.stringify(line))).toEqual([
    {
      level: "error",
      message: "coderd.jobs: job failed: no rows",
      atMs: Date.UTC(2026, 10, 30, 5, 0, 17, 224),
    },
  ]);
});

test("of what Terraform prints, its warnings and errors count", () => {
  const line = (output: string) =>
    `2026-11-30 05:00:17.224 [warn]  runner: terraform planning  job_id=1  level=WARN  output=${output}`;
  expect(
    read([line(`"terraform environment variable: A=b"`), line(`"Warning: Old argument"`)].join("\n")),
  ).toEqual([expect.objectContaining({ message: "runner: terraform planning: Warning: Old argument" })]);
});

test("a panic has no format and is an error", () => {
  expect(read("panic: runtime error: nil pointer\n\ngoroutine 1 [running]:")).toEqual([
    { level: "error", message: "panic: runtime error: nil pointer" },
  ]);
});

test("kinds are bounded, and the lines beyond them are counted", () => {
  const kinds = new LogKinds();
  const add = (message: string, atMs = 0) => kinds.add({ of: "coderd", level: "error", message, atMs });
  for (let index = 0; index < 120; index++) add("x".repeat(index + 1));
  add("x", 7_000);
  add("y".repeat(5_000).replaceAll("yyyy", "y y "));
  expect(kinds.list()).toHaveLength(100);
  expect(kinds.beyond).toBe(21);
  expect(kinds.list()[0]).toEqual({
    ...{ of: "coderd", level: "error", message: "x", count: 2, firstAtMs: 0, lastAtMs: 7_000 },
  });
  expect(kinds.list().every(({ message }) => message.length <= 300)).toBe(true);
});

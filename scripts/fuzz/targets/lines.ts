import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { advance, initialState } from "../../../harness/cli/progress/state.ts";
import { liveView } from "../../../harness/cli/progress/live-view.ts";
import { PlainLines } from "../../../harness/cli/progress/plain-lines.ts";
import { LineSplitter } from "../../../harness/tools/files/lines.ts";
import { workerEvent } from "../../../harness/model/ports/worker.ts";
import { workerTask } from "../../../harness/model/ports/worker-task.ts";
import { EventTail } from "../../../harness/pipeline/folder/event-log.ts";
import { parseJournal } from "../../../harness/pipeline/folder/journal.ts";
import { failureOf } from "../../../harness/terraform/failure.ts";
import { type Diagnostic, parseMessage } from "../../../harness/terraform/message.ts";
import { redactorOf } from "../../../harness/terraform/redact.ts";
import { eventTail } from "../../../harness/workload/remote/event-tail.ts";
import {
  attachLine,
  clientLine,
  hostedTask,
  numberedEvent,
} from "../../../harness/workload/remote/protocol.ts";
import { parseTask } from "../../../harness/workload/tasks/perform-task.ts";
import { parseEvent } from "../../../harness/workload/worker-process/worker-outcome.ts";
import { printed } from "../laws.ts";
import { jsonLinesNear, jsonNear } from "../mutations.ts";
import { samplesOf } from "../sample-of.ts";
import { accepted, type Outcome, type Target, target } from "../target.ts";
import { ranRun } from "./ran-run.ts";
import { schemaTarget } from "./schemas.ts";

const SECRET = "PLANTED-SECRET-0123456789";
const scratch = join(mkdtempSync(join(tmpdir(), "refbench-fuzz-")), "events.jsonl");
process.on("exit", () => rmSync(dirname(scratch), { recursive: true, force: true }));

const TERRAFORM = [
  { "@level": "info", type: "version", terraform: "1.11.4", ui: "1.2" },
  { type: "change_summary", changes: { add: 1, change: 0, remove: 0, operation: "plan" } },
  { type: "change_summary", changes: { add: 1, change: 0, remove: 0, operation: "apply" } },
  { type: "apply_start", hook: { resource: { addr: "google_compute_network.n" }, action: "create" } },
  {
    type: "apply_complete",
    hook: { resource: { addr: "google_compute_network.n" }, action: "create", elapsed_seconds: 3 },
  },
  {
    type: "diagnostic",
    diagnostic: {
      severity: "error",
      summary: "refused",
      detail: `password ${SECRET} is wrong`,
      address: "a.b",
    },
  },
];

/** Lines of JSON that other processes write. */
export const lines: readonly Target[] = [
  target({
    name: "lines: terraform's stream",
    secret: SECRET,
    inputs: jsonLinesNear(TERRAFORM, { swaps: false }),
    read: (bytes: Uint8Array): Outcome => {
      const redact = redactorOf({ TF_VAR_db_password: SECRET });
      const diagnostics: Diagnostic[] = [];
      const plainLines: string[] = [];
      for (const line of split(bytes)) {
        const message = parseMessage(line);
        if (message.kind === "diagnostic") {
          const { summary, detail } = message.diagnostic;
          diagnostics.push({ ...message.diagnostic, summary: redact(summary), detail: redact(detail) });
        }
        if (message.kind === "plain") plainLines.push(redact(message.text));
        if (message.kind === "planned" || message.kind === "done") refuseImpossible(message.summary);
        if (message.kind === "progress") refuseImpossible(message.progress);
      }
      const error = failureOf({
        command: "apply",
        directory: "/a/gke-cloud",
        exit: "1",
        diagnostics,
        plainLines,
      });
      return accepted(printed(error.message));
    },
  }),
  target({
    name: "lines: events of a run, followed and shown",
    inputs: jsonLinesNear(ranRun().lines("events.jsonl")),
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      writeFileSync(scratch, bytes);
      const plain = new PlainLines();
      const shown: string[] = [];
      let state = initialState;
      for (const event of await new EventTail(scratch).next()) {
        state = advance(state, event);
        shown.push(...plain.format(event, state), ...liveView(state, Date.UTC(2026, 0, 2), { width: 79 }));
      }
      const wide = shown.find((line) => /NaN|undefined|\[object/.test(line));
      if (wide !== undefined) throw new Error(`it shows ${JSON.stringify(wide)}`);
      return shown.length === 0 ? { state: "refused" } : accepted(...shown.map(printed));
    },
  }),
  target({
    name: "lines: journal of a run",
    inputs: jsonLinesNear(ranRun().lines("journal.jsonl")),
    read: (bytes: Uint8Array): Outcome =>
      parseJournal(Buffer.from(bytes).toString()).entries.length === 0 ? { state: "refused" } : accepted(),
  }),
  target({
    name: "lines: events of a worker",
    inputs: jsonNear(samplesOf(workerEvent)),
    read: (bytes: Uint8Array): Outcome => {
      const event = parseEvent(Buffer.from(bytes).toString());
      return { state: "accepted", again: { value: event, written: Buffer.from(JSON.stringify(event)) } };
    },
  }),
  target({
    name: "lines: task of a worker",
    secret: SECRET,
    inputs: jsonNear(
      samplesOf(workerTask).map((task) => ({ ...(task as object), token: SECRET })),
      {
        swaps: false,
      },
    ),
    read: (bytes: Uint8Array): Outcome => {
      const task = parseTask(Buffer.from(bytes).toString());
      return { state: "accepted", again: { value: task, written: Buffer.from(JSON.stringify(task)) } };
    },
  }),
  target({
    name: "lines: events that a load runner keeps",
    inputs: jsonLinesNear(samplesOf(numberedEvent)),
    read: (bytes: Uint8Array): Outcome => {
      writeFileSync(scratch, bytes);
      return eventTail(scratch).read().length === 0 ? { state: "refused" } : accepted();
    },
  }),
  schemaTarget("lines: what attach prints", attachLine),
  schemaTarget("lines: what attach reads", clientLine),
  schemaTarget("lines: a hosted task", hostedTask),
];

function split(bytes: Uint8Array): readonly string[] {
  const splitter = new LineSplitter();
  return [...splitter.push(bytes), ...splitter.end()];
}

/** Counts and times of a stream are whole numbers from 0 that a person can read. */
function refuseImpossible(figures: object): void {
  for (const [name, value] of Object.entries(figures))
    if (typeof value === "number" && !(value >= 0 && Number.isFinite(value)))
      throw new Error(`${name} is ${value}`);
}

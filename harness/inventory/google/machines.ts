import type { HostEvent, MachinesAnswer, MeasuredMachine } from "../../model/ports/machines.ts";
import { roleOfName } from "../../model/ports/machines.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import type { RunId } from "../../model/run-id.ts";
import { findLabelledRun } from "../../model/cloud/run-mark.ts";
import { type CallGoogle, googleApi } from "./api.ts";
import type { GoogleInventoryOptions } from "./inventory.ts";
import { labelsAt, type Raw, textAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** Types of Google's own operations on a machine. They are kept for two weeks among the zone's operations. */
const EVENTS: Readonly<Record<string, HostEvent["what"]>> = {
  "compute.instances.migrateOnHostMaintenance": "moved to another host",
  "compute.instances.terminateOnHostMaintenance": "stopped for its host's maintenance",
  "compute.instances.hostError": "lost its host",
  "compute.instances.automaticRestart": "restarted",
};
const EVENTS_FILTER = Object.keys(EVENTS)
  .map((type) => `(operationType = "${type}")`)
  .join(" OR ");

/** Label of a GKE node's machine. */
const NODE_POOL = "goog-k8s-node-pool-name";

/** Reads the processors of a run's measured machines, and Google's operations on any of its machines since then. */
export async function readMachines(
  options: Pick<GoogleInventoryOptions, "project" | "auth" | "endpoints" | "clock" | "dispatcher">,
  run: { readonly runId: RunId; readonly zone: string },
  sinceMs: number,
  signal: AbortSignal,
): Promise<MachinesAnswer> {
  const call = googleApi(options);
  const zone = `projects/${options.project}/zones/${run.zone}`;
  const instances = await listInZone(call, `${zone}/instances`, `labels.bench-run = "${run.runId}"`, signal);
  if (typeof instances === "string") return { state: "failed", reason: `instances: ${instances}` };
  const operations = await listInZone(call, `${zone}/operations`, EVENTS_FILTER, signal);
  if (typeof operations === "string") return { state: "failed", reason: `operations: ${operations}` };
  const own = instances.filter((one) => findLabelledRun(labelsAt(one, "labels")) === run.runId);
  const names = new Set(own.map((one) => textAt(one, "name")));
  return {
    state: "read",
    machines: own.flatMap(measured),
    events: operations
      .flatMap(eventOf)
      .filter(({ machine, at }) => names.has(machine) && Date.parse(at) >= sinceMs),
  };
}

function measured(raw: Raw): readonly MeasuredMachine[] {
  const name = textAt(raw, "name") ?? "";
  const role = roleOfName(labelsAt(raw, "labels")[NODE_POOL] ?? name);
  const cpuPlatform = textAt(raw, "cpuPlatform");
  return role === undefined ? [] : [{ name, role, ...(cpuPlatform === undefined ? {} : { cpuPlatform }) }];
}

/**
 * Returns every item of a zone's list that passes the filter, or a text with the reason why the list cannot be read
 * completely.
 */
export async function listInZone(
  call: CallGoogle,
  path: string,
  filter: string,
  signal: AbortSignal,
): Promise<readonly Raw[] | string> {
  const found: Raw[] = [];
  const pages = new PageWatch();
  for (let pageToken = ""; ;) {
    const query = { filter, maxResults: "500", ...(pageToken === "" ? {} : { pageToken }) };
    const answer = await call({ api: "compute", method: "GET", path, query }, signal);
    if (answer.state !== "ok") return `${answer.state}: ${answer.reason}`;
    found.push(...list(answer.body["items"]).map(record));
    const next = textAt(answer.body, "nextPageToken") ?? "";
    if (next === "") return found;
    const endless = pages.next(next);
    if (endless !== undefined) return endless;
    pageToken = next;
  }
}

function eventOf(operation: Raw): readonly HostEvent[] {
  const what = EVENTS[textAt(operation, "operationType") ?? ""];
  const machine = textAt(operation, "targetLink")?.split("/").at(-1);
  const at = Date.parse(textAt(operation, "endTime") ?? textAt(operation, "insertTime") ?? "");
  if (what === undefined || machine === undefined || Number.isNaN(at)) return [];
  return [{ machine, what, at: new Date(at).toISOString() }];
}

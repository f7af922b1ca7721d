import { findIsoTime } from "../../tools/time/instant.ts";
import type { RunId } from "../../model/run-id.ts";
import { run12 } from "../../model/run-id.ts";
import { type CallGoogle, googleApi } from "./api.ts";
import { collectPages, type FoundGoogleResource } from "./collect.ts";
import type { GoogleInventoryOptions } from "./inventory.ts";
import { COLLECTIONS } from "./kinds.ts";
import { ownersOf } from "./owners.ts";
import { type Raw, textAt } from "./raw.ts";
import { record } from "./refusal.ts";

/** Resources without an automatic end in the cloud. Only a teardown or a sweep removes them. */
export const kindsWithoutExpiry: Readonly<Record<string, string>> = {
  google_container_cluster: "a control plane runs, and is billed, until it is deleted",
  google_container_node_pool: "the pool's manager makes another machine for each one that ends",
  google_sql_database_instance: "a database runs until it is deleted",
  google_compute_router_nat: "billed by the hour for as long as its router exists",
  google_compute_forwarding_rule: "billed by the hour until it is deleted",
  google_compute_address: "reserved until it is released",
  google_compute_disk: "a disk outlives its machine, unless it is deleted along with it",
};

/** One machine with a wrong hard end. */
export interface ExpiryProblem {
  readonly name: string;
  readonly location?: string;
  readonly problem: string;
}

export type ExpiryAnswer =
  | { readonly state: "checked"; readonly machines: number; readonly problems: readonly ExpiryProblem[] }
  /** The machines could not be listed, so nothing is verified. */
  | { readonly state: "failed"; readonly reason: string };

/** A machine as the list of instances returns it. */
export interface ExpiringMachine {
  readonly name: string;
  readonly location?: string;
  readonly raw: Raw;
}

/** Returns what is wrong with the hard end of machines that may have one: missing, too late, or only a stop. */
export function expiryProblems(
  machines: readonly ExpiringMachine[],
  expiresAtMs: number,
): readonly ExpiryProblem[] {
  return machines.filter(canExpire).flatMap(({ name, location, raw }) => {
    const problem = problemOf(record(raw["scheduling"]), raw, expiresAtMs);
    return problem === undefined ? [] : [{ name, ...(location === undefined ? {} : { location }), problem }];
  });
}

/** Lists a run's machines and verifies that each ends automatically soon after the run expires. */
export async function checkExpiry(
  options: Pick<GoogleInventoryOptions, "project" | "auth" | "endpoints" | "clock" | "dispatcher">,
  run: { readonly runId: RunId; readonly expiresAtMs: number },
  signal: AbortSignal,
): Promise<ExpiryAnswer> {
  const call: CallGoogle = googleApi(options);
  const found: FoundGoogleResource[] = [];
  for (const collection of COLLECTIONS.filter(({ api, name }) => api === "compute" && HOMES.has(name))) {
    const answer = await collectPages(call, options.project, collection, signal);
    if (answer.problem !== undefined)
      return { state: "failed", reason: `${collection.name}: ${answer.problem}` };
    found.push(...answer.found);
  }
  const { of } = ownersOf(found, new Map(), run.runId);
  const machines = found.filter(
    (one) =>
      one.kind === "google_compute_instance" && of.get(one)?.run === run12(run.runId) && canExpire(one),
  );
  return { state: "checked", machines: machines.length, problems: expiryProblems(machines, run.expiresAtMs) };
}

/** The facts that identify the run of a machine: its labels, its name, its network. */
const HOMES = new Set(["instances", "networks", "subnetworks"]);

/** Machines of a node pool are recreated. They end with their cluster. */
function canExpire({ name, raw }: ExpiringMachine): boolean {
  const labels = record(raw["labels"]);
  return !("goog-gke-node" in labels || "goog-k8s-cluster-name" in labels || name.startsWith("gke-"));
}

/**
 * How much later than the run's expiry a machine may end: an hour in which a teardown must still find it, and an hour
 * that provision may take until its start, from which its time counts.
 */
const TOLERANCE_MS = 2 * 3_600_000;

function problemOf(scheduling: Raw, raw: Raw, expiresAtMs: number): string | undefined {
  const { seconds: given } = record(scheduling["maxRunDuration"]);
  const seconds = typeof given === "string" || typeof given === "number" ? Number(given) : Number.NaN;
  const termination = textAt(scheduling, "terminationTime");
  const action = textAt(scheduling, "instanceTerminationAction");
  if (Number.isNaN(seconds) && termination === undefined)
    return "no max_run_duration: it runs until somebody deletes it";
  if (action !== "DELETE") return `instance_termination_action is ${action ?? "missing"}, expected DELETE`;
  const started = textAt(raw, "lastStartTimestamp") ?? textAt(raw, "creationTimestamp");
  const endsAt =
    termination === undefined ? Date.parse(started ?? "") + seconds * 1_000 : Date.parse(termination);
  if (Number.isNaN(endsAt)) return "its start is unknown, and so is its end";
  return endsAt <= expiresAtMs + TOLERANCE_MS
    ? undefined
    : `it ends at ${findIsoTime(endsAt) ?? "an invalid time"}, long after the run's expiry ${new Date(expiresAtMs).toISOString()}`;
}

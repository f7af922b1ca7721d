import type { RunEvent, StoredEvent } from "../../../../harness/model/ports/event.ts";
import type { LoadProgress } from "../../../../harness/model/record/worker-result.ts";

const START = Date.parse("2026-11-22T07:00:00.000Z");

/** An event that happened so many seconds into the run. */
export function at(seconds: number, event: RunEvent): StoredEvent {
  return { ...event, at: new Date(START + seconds * 1000).toISOString() };
}

/** The same instant in milliseconds since the epoch. */
export const instant = (seconds: number): number => START + seconds * 1000;

export function load(overrides: Partial<LoadProgress> = {}): RunEvent {
  return {
    type: "load.progress",
    progress: {
      activity: "connecting",
      users: 1200,
      workspaces: { total: 1200, queued: 7, building: 120, ready: 1071, failed: 2, deleted: 0 },
      connections: { wanted: 10_000, terminal: 4_000, ssh: 500, failed: 3 },
      commandsPerSecond: 123.45,
      ...overrides,
    },
  };
}

const resource = (address: string, state: "started" | "complete" | "failed"): RunEvent => ({
  type: "terraform.progress",
  stack: "gke-cloud",
  progress: { address, action: "create", state, elapsedSeconds: 3 },
});

/** The events of a run up to its load. */
export const untilLoad: readonly StoredEvent[] = [
  at(0, {
    type: "run.started",
    runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
    architecture: "gke",
    size: "1200",
    simulated: true,
    folder: "/home/someone/project/.refbench/runs/01kf3zq8v1a2b3c4d5e6f7g8h9",
  }),
  at(0, { type: "stage.started", stage: "preflight" }),
  at(1, { type: "stage.finished", stage: "preflight", outcome: "ok", durationMs: 1000 }),
  at(1, { type: "stage.started", stage: "provision" }),
  at(2, { type: "terraform.planned", stack: "gke-cloud", summary: { add: 3, change: 0, remove: 0 } }),
  at(2, resource("google_compute_network.network", "started")),
  at(5, resource("google_compute_network.network", "complete")),
  at(5, resource("google_sql_database_instance.a_rather_long_name_of_a_database_instance", "started")),
];

export const loading: readonly StoredEvent[] = [
  ...untilLoad,
  at(9, { type: "stage.finished", stage: "provision", outcome: "ok", durationMs: 8000 }),
  at(9, { type: "stage.started", stage: "load" }),
  at(12, load()),
];

/** The estimated cost of a run, and its cost so far. */
export const costs: readonly StoredEvent[] = [
  at(0.2, {
    type: "cost.estimated",
    cost: {
      estimate: {
        prices: "2026-08-03",
        region: "us-central1",
        hours: 1.5,
        perHour: 8,
        teardownReserve: 2,
        total: 12.5,
        items: [
          { what: "n2-standard-8 for Coder", quantity: 4, rate: 1.5, per: "hour", amount: 9 },
          { what: "GiB through Cloud NAT", quantity: 4.5, rate: 0.1, per: "once", amount: 0.45 },
        ],
      },
      ceiling: 20,
      basis: "estimated",
    },
  }),
  at(2.5, { type: "cost.progress", spent: 1.234, ceiling: 20 }),
];

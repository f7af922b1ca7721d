import type { FaultsFile } from "../../../rehearsal/twin/faults.ts";
import type { PlantedLeak } from "../../support/world/faults.ts";
import { PLANTED_LEAKS } from "../leaks.ts";
import type { Random } from "../random.ts";

/** The target of a strike: one process, or every process of refbench and its terraform at that moment. */
export const TARGETS = ["run", "reaper", "terraform", "everything"] as const;
export type Target = (typeof TARGETS)[number];

export type RealKind = "run" | "staged" | "by-hand";

type PlannedFault = FaultsFile["faults"][number];

/** The schedule of one point with real processes. */
export interface RealSchedule {
  readonly kind: RealKind;
  readonly isClean: boolean;
  /** Struck when the run has stored this many events. */
  readonly strike:
    { readonly atEvent: number; readonly target: Target; readonly signal: NodeJS.Signals } | undefined;
  readonly faults: readonly PlannedFault[];
  /** Put into the twin's inventory when the strike falls. */
  readonly leaks: readonly PlantedLeak[];
}

/** Events of a canary that runs through, of which the last few come after the audit. */
const EVENTS = 116;

/** Every sixth point is one in which nothing goes wrong. */
export const CLEAN_EVERY = 6;

/** The schedule of a point, by its seed; the kinds of run and the targets take turns so that few points meet all. */
export function realSchedule(random: Random, number: number): RealSchedule {
  if (number % CLEAN_EVERY === CLEAN_EVERY - 1)
    return { kind: "run", isClean: true, strike: undefined, faults: [], leaks: [] };
  const kind = (["run", "run", "by-hand", "run", "staged"] as const)[number % 5]!;
  const target = TARGETS[number % TARGETS.length]!;
  const signals = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"] as const;
  return {
    kind,
    isClean: false,
    strike: {
      atEvent: random.between(1, EVENTS),
      target,
      signal: target === "everything" ? "SIGKILL" : random.pick(signals),
    },
    faults: Array.from({ length: random.pick([0, 1, 1, 2]) }, () => faultOf(random)),
    leaks: Array.from({ length: random.pick([0, 1, 2]) }, () => random.pick(PLANTED_LEAKS)),
  };
}

const TYPES = [
  "google_compute_network",
  "google_compute_subnetwork",
  "google_sql_database_instance",
  "google_container_cluster",
  "google_container_node_pool",
  "kubernetes_*",
  "helm_release",
] as const;

/** One fault with all that a faults file says of it. */
function faultOf(random: Random): PlannedFault {
  const type = random.pick(TYPES);
  const counted = { type, nth: 1, times: random.between(1, 2) };
  const listing = { op: "list", nth: random.between(1, 12), times: random.between(1, 3) } as const;
  return random.pick<PlannedFault>([
    { ...counted, op: "create", do: "refuse", message: "Error 403: quota exceeded (planned)" },
    { ...counted, op: "create", do: "accept-and-lose-answer", message: "connection reset by peer (planned)" },
    { ...counted, op: "create", do: "slow", ms: 4_000 },
    { ...counted, op: "create", do: "hang" },
    { ...counted, op: "create", do: "leak" },
    { ...counted, op: "create", do: "throttle", message: "Error 429: rateLimitExceeded (planned)" },
    { ...counted, op: "delete", do: "throttle", message: "Error 429: rateLimitExceeded (planned)" },
    { ...counted, op: "delete", do: "accept-and-lose-answer", message: "connection reset by peer (planned)" },
    { ...counted, op: "delete", do: "in-use", message: "projects/twin/global/planned/fault" },
    { type, nth: 1, op: "delete", do: "stuck-delete", ms: random.pick([2_000, 6_000]) },
    { ...counted, op: "read", do: "refuse", message: "Error 503: backend error (planned)" },
    { ...listing, do: "fail" },
    { ...listing, do: "partial" },
    { op: "list", do: "late", ms: 400 },
  ]);
}

import type { Difference } from "./compare.ts";

interface Allowed {
  /** Beginning of the exchange's key. */
  readonly exchange: string;
  /** The field, or what it ends with after a dot. */
  readonly field: string;
  readonly why: string;
}

/** Fields of a job that come with its progress. */
const PROGRESS = ["started_at", "completed_at", "canceled_at", "worker_id", "worker_name", "error"];
const PROGRESSES = "depends on how far the job was when it was asked for";

/** Differences that are meant, each with its reason. Everything else fails the check. */
const ALLOWED: readonly Allowed[] = [
  {
    exchange: "WS /derp",
    field: "status",
    why: "no tailnet is emulated: SSH goes through a tunnel of our own",
  },
  {
    exchange: "WS /api/v2/workspaceagents/{uuid}/coordinate",
    field: "status",
    why: "no tailnet is emulated: SSH goes through a tunnel of our own",
  },
  {
    exchange: "",
    field: "resources[].agents",
    why: "left out where there are none: the template has a volume beside its pod, the recorded one had not",
  },
  {
    exchange: "GET /api/v2/templateversions/{uuid}",
    field: "[].agents",
    why: "left out where there are none: the template has a volume beside its pod, the recorded one had not",
  },
  {
    exchange: "GET /api/v2/organizations/{uuid}/provisionerdaemons",
    field: "[].previous_job",
    why: "null until a daemon has done its first job, as the description has it",
  },
  ...PROGRESS.flatMap((field): Allowed[] => [
    { exchange: "", field: `job.${field}`, why: PROGRESSES },
    { exchange: "GET /api/v2/templateversions/{uuid}/dry-run/{uuid} 200", field, why: PROGRESSES },
    { exchange: "GET /api/v2/organizations/{uuid}/provisionerjobs", field: `[].${field}`, why: PROGRESSES },
  ]),
];

/** Why a difference is meant; undefined when nobody said so. */
export function explanationOf({ exchange, field }: Difference): string | undefined {
  return ALLOWED.find(
    (allowed) =>
      exchange.startsWith(allowed.exchange) &&
      (field === allowed.field || field.endsWith(`.${allowed.field}`)),
  )?.why;
}

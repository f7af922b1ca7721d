import type { Difference } from "./compare.ts";

interface Allowed {
  /** Beginning of the exchange's key. */
  readonly exchange: string;
  /** The field, or what it ends with after a dot. */
  readonly field: string;
  /** Whether all that lies below the field is meant too. */
  readonly within?: boolean;
  readonly why: string;
}

/** Fields of a job that come with its progress. */
const PROGRESS = ["started_at", "completed_at", "canceled_at", "worker_id", "worker_name", "error"];
const PROGRESSES = "depends on how far the job was when it was asked for";

/** Differences that are meant, each with its reason. Everything else fails the check. */
const ALLOWED: readonly Allowed[] = [
  ...["address", "agent_fallback_troubleshooting_url", "docs_url"].map((field) => ({
    exchange: "GET /api/v2/deployment/config 200",
    field: `config.${field}`,
    why: "a URL is text, also where the description has its parts",
  })),
  ...["ai", "notifications", "oauth2", "oidc", "tls", "trace", "workspace_prebuilds"].map((part) => ({
    exchange: "GET /api/v2/deployment/config 200",
    field: `config.${part}`,
    within: true,
    why: "settings of a part that is not emulated",
  })),
  {
    exchange: "GET /api/v2/workspaceagents/{uuid} 200",
    field: "latency",
    why: "absent until the agent has measured it",
  },
  ...["first_connected_at", "last_connected_at", "health.reason"].map((field) => ({
    exchange: "",
    field: `agents[].${field}`,
    why: "depends on how long ago the agent was made when it was asked for",
  })),
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
      (field === allowed.field ||
        field.endsWith(`.${allowed.field}`) ||
        (allowed.within === true && field.startsWith(`${allowed.field}.`))),
  )?.why;
}

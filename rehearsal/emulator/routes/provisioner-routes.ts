import type { Daemon } from "../build/queue.ts";
import type { EmulatedDeployment } from "../context.ts";
import { NOT_FOUND, ok, problem } from "../http/reply.ts";
import { type ApiRequest, texts } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { unknownQuery } from "../http/unknown-query.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";
import type { EmulatedJob } from "../state/types.ts";
import { jobView } from "../views/job-view.ts";
import { accepts } from "../../../harness/model/provisioner-tags.ts";
import { DURATION_MODEL } from "../duration-model.ts";
import type { JobJson } from "../views/job-view.ts";
import { organizationOf } from "./lookup.ts";

const DEFAULT_LIMIT = 50;
const QUERY = ["limit", "ids", "status", "tags"];
const DAEMONS_QUERY = [...QUERY, "max_age", "offline"];
const JOBS_QUERY = [...QUERY, "initiator"];

/** Daemons and their jobs. */
export function provisionerRoutes(deployment: EmulatedDeployment): Route[] {
  const { world, queue } = deployment;
  return [
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/provisionerdaemons",
      handle: (request) => {
        const found = organizationOf(world, request.params["organization"] ?? "");
        if ("refused" in found) return found.refused;
        const refused = unknownQuery(request, DAEMONS_QUERY);
        if (refused !== undefined) return refused;
        const statuses = list(request, "status");
        const wanted = tagsOf(request);
        const isOfflineShown = request.query.get("offline") === "true" || statuses.includes("offline");
        const daemons = [...queue.daemons, ...queue.gone]
          .filter((daemon) => isOfflineShown || statusOf(deployment, daemon) !== "offline")
          .filter((daemon) => statuses.length === 0 || statuses.includes(statusOf(deployment, daemon)))
          .filter(({ tags }) => wanted === undefined || accepts(tags, wanted));
        return ok(
          daemons.slice(0, limitOf(request, daemons.length)).map((daemon) => daemonView(deployment, daemon)),
        );
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/provisionerjobs",
      handle: (request) => {
        const found = organizationOf(world, request.params["organization"] ?? "");
        if ("refused" in found) return found.refused;
        const refused = unknownQuery(request, JOBS_QUERY);
        if (refused !== undefined) return refused;
        const statuses = list(request, "status");
        const ids = list(request, "ids");
        const initiator = request.query.get("initiator");
        const wrong = statuses.filter((status) => !JOB_STATUSES.includes(status));
        if (wrong.length > 0) {
          return problem(400, "Invalid query parameters.", {
            validations: [
              {
                field: "status",
                detail: `Query param "status" has invalid values: ["${wrong.join('" "')}"]`,
              },
            ],
          });
        }
        const jobs = [...world.jobs.values()]
          .reverse()
          .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
          .filter(({ id }) => ids.length === 0 || ids.includes(id))
          .filter(({ initiatorId }) => initiator === null || initiatorId === initiator);
        return ok(
          jobs
            .slice(0, limitOf(request, DEFAULT_LIMIT))
            .map((job) => jobView(world, queue, job, metadataOf(deployment, job))),
        );
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/provisionerjobs/{job}",
      handle: (request) => {
        const job = world.jobs.get(request.params["job"] ?? "");
        return job ? ok(jobView(world, queue, job, metadataOf(deployment, job))) : NOT_FOUND;
      },
    },
  ];
}

const JOB_STATUSES = ["pending", "running", "succeeded", "canceling", "canceled", "failed", "unknown"];

/** Coder does not learn that a daemon went away: it counts as offline once nothing came from it for a while. */
function statusOf({ world }: EmulatedDeployment, { current, goneAt }: Daemon): "idle" | "busy" | "offline" {
  const silentMs = goneAt === undefined ? 0 : Date.now() - Date.parse(goneAt);
  if (silentMs > DURATION_MODEL.offline / world.config.buildSpeed) return "offline";
  return current === undefined ? "idle" : "busy";
}

/** The tags that are asked for, as an object in JSON; undefined for all. */
function tagsOf(request: ApiRequest): Readonly<Record<string, string>> | undefined {
  const asked = request.query.get("tags") ?? "";
  return asked === "" ? undefined : texts(parseJson(asked));
}

export function daemonView(deployment: EmulatedDeployment, daemon: Daemon): JobJson {
  const { world } = deployment;
  const jobOf = (id: string | undefined): JobJson | null => {
    const job = id === undefined ? undefined : world.jobs.get(id);
    if (!job) return null;
    const metadata = metadataOf(deployment, job);
    return {
      id: job.id,
      status: job.status,
      template_name: metadata["template_name"],
      template_icon: "",
      template_display_name: "",
    };
  };
  return {
    id: daemon.id,
    organization_id: world.organization.id,
    key_id: daemon.key.id,
    created_at: daemon.createdAt,
    last_seen_at: daemon.goneAt ?? new Date().toISOString(),
    name: daemon.name,
    version: `v${world.config.version}`,
    api_version: "1.15",
    provisioners: ["terraform"],
    tags: daemon.tags,
    key_name: daemon.key.name,
    status: statusOf(deployment, daemon),
    current_job: jobOf(daemon.current),
    previous_job: jobOf(daemon.previous),
  };
}

function metadataOf({ world }: EmulatedDeployment, job: EmulatedJob): JobJson {
  const build = world.builds.get(job.input["workspace_build_id"] ?? "");
  const version = build?.version ?? world.versions.get(job.input["template_version_id"] ?? "");
  const template = world.templates.get(build?.workspace.templateId ?? version?.templateId ?? "");
  return {
    template_version_name: version?.name ?? "",
    template_id: template?.id ?? "00000000-0000-0000-0000-000000000000",
    template_name: template?.name ?? "",
    template_display_name: template?.displayName ?? "",
    template_icon: "",
    ...(build ? { workspace_id: build.workspace.id, workspace_name: build.workspace.name } : {}),
  };
}

function list(request: ApiRequest, name: string): string[] {
  return (request.query.get(name) ?? "").split(",").filter((word) => word !== "");
}

function limitOf(request: ApiRequest, otherwise: number): number {
  const limit = Number(request.query.get("limit") ?? 0);
  return limit > 0 ? limit : otherwise;
}

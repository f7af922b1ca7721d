import type { BuildQueue } from "../build/queue.ts";
import { accepts, type Tags } from "../../../harness/model/provisioner-tags.ts";
import type { EmulatedJob, NamedValue } from "../state/types.ts";
import { NIL_UUID } from "../state/world.ts";
import type { World } from "../state/world.ts";

export type JobJson = Readonly<Record<string, unknown>>;

/** A provisioner job as the API shows it. */
export function jobView(world: World, queue: BuildQueue, job: EmulatedJob, metadata?: JobJson): JobJson {
  return {
    id: job.id,
    created_at: job.createdAt,
    ...(job.startedAt === undefined ? {} : { started_at: job.startedAt }),
    ...(job.completedAt === undefined ? {} : { completed_at: job.completedAt }),
    ...(job.canceledAt === undefined ? {} : { canceled_at: job.canceledAt }),
    ...(job.error === undefined ? {} : { error: job.error }),
    ...(job.errorCode === undefined ? {} : { error_code: job.errorCode }),
    status: job.status,
    ...(job.worker ? { worker_id: job.worker.id, worker_name: job.worker.name } : {}),
    file_id: job.fileId,
    tags: job.tags,
    queue_position: job.status === "pending" ? queue.positionOf(job.id) : 0,
    queue_size: job.status === "pending" ? queue.waiting : 0,
    organization_id: world.organization.id,
    initiator_id: job.initiatorId,
    input: job.input,
    type: job.type,
    metadata: metadata ?? {
      template_version_name: "",
      template_id: NIL_UUID,
      template_name: "",
      template_display_name: "",
      template_icon: "",
    },
    logs_overflowed: false,
  };
}

/** How many daemons match, as said once in the answer that made a job. */
export function matchedProvisioners(queue: BuildQueue, { tags }: { readonly tags: Tags }): JobJson {
  const { length } = queue.daemons.filter((daemon) => accepts(daemon.tags, tags));
  return {
    count: length,
    available: length,
    most_recently_seen: length === 0 ? null : new Date().toISOString(),
  };
}

export function parametersView(parameters: readonly NamedValue[]): JobJson[] {
  return parameters.map(({ name, value }) => ({ name, value }));
}

import { randomBytes } from "node:crypto";
import type { WorkerTask } from "../../model/ports/worker-task.ts";
import { GENERATOR_IMAGE } from "../../../reference-architectures/artefacts/generator-image.ts";
import type { JobPlan, PodNeeds } from "./manifests.ts";

/** Where a Job of workers is made, and how. */
export interface JobPlace {
  readonly namespace: string;
  /** Of every object: the run's. */
  readonly labels: Readonly<Record<string, string>>;
  /** An image with Node on its PATH. @default a public one */
  readonly image?: string | undefined;
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly object[] | undefined;
  /** MiB of memory by which the parts of a load are planned. @default that of a usual node */
  readonly memoryMib?: number | undefined;
  /** What a pod needs for this task, or for a part of it. */
  readonly needs: (task: WorkerTask, parts: number) => PodNeeds;
}

/** Plans the Job of a task, under a name that no other has. */
export function planJob(
  task: WorkerTask,
  { namespace, labels, image, nodeSelector = {}, tolerations = [], needs }: JobPlace,
  { parts, unattendedMs, apartFromCoder }: Pick<JobPlan, "parts" | "unattendedMs" | "apartFromCoder">,
): JobPlan {
  return {
    name: `bench-${task.task}-${randomBytes(4).toString("hex")}`,
    ...{ namespace, labels, parts, nodeSelector, tolerations, unattendedMs, apartFromCoder },
    needs: needs(task, parts),
    image: image ?? GENERATOR_IMAGE,
  };
}

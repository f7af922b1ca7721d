import { findCondition, type Pod, wordsOf } from "./pod.ts";

/** Why a pod does not start yet. */
export interface Obstacle {
  readonly words: string;
  /** The next step, once it lasted too long. */
  readonly next: string;
  /** How long it may last: some obstacles pass, such as that of a registry, and some never do. */
  readonly patienceMs: number;
}

const SECOND_MS = 1_000;
const IMAGE = "name an image that the cluster's nodes can pull with --image generator=<reference>";

/** By the reason for which a container waits: https://kubernetes.io/docs/concepts/containers/images/ */
const WAITING: Readonly<Record<string, Omit<Obstacle, "words">>> = {
  ErrImagePull: { next: IMAGE, patienceMs: 60 * SECOND_MS },
  ImagePullBackOff: { next: IMAGE, patienceMs: 60 * SECOND_MS },
  ErrImageNeverPull: { next: IMAGE, patienceMs: 0 },
  InvalidImageName: { next: IMAGE, patienceMs: 0 },
  CreateContainerConfigError: {
    next: "run the command again, and report it if it lasts",
    patienceMs: 20 * SECOND_MS,
  },
  CreateContainerError: { next: `${IMAGE} that has node on its PATH`, patienceMs: 10 * SECOND_MS },
  RunContainerError: { next: `${IMAGE} that has node on its PATH`, patienceMs: 10 * SECOND_MS },
};

/** Nodes of a pool that grows come within minutes. */
const SCHEDULING_MS = 180 * SECOND_MS;

/** Finds why a pod does not start; undefined while it takes its ordinary way. */
export function findObstacle(one: Pod): Obstacle | undefined {
  const scheduled = findCondition(one, "PodScheduled");
  if (scheduled?.status === "False")
    return {
      words: `the scheduler finds no node: ${wordsOf(undefined, scheduled.message ?? scheduled.reason)}`,
      next: "free or add nodes, or split the load into another number of pods with --parts",
      patienceMs: SCHEDULING_MS,
    };
  const waiting = one.status?.containerStatuses?.[0]?.state?.waiting;
  const known = WAITING[waiting?.reason ?? ""];
  return known === undefined ? undefined : { words: wordsOf(waiting?.reason, waiting?.message), ...known };
}

/** How the main process of a pod ends: the Job's policy and the diagnosis of a lost pod read these codes. */
export const POD_EXIT = {
  /** The task is done, and its last event was received. */
  done: 0,
  /** No task came in time. */
  unasked: 70,
  /** The task is done, or stopped, and nobody came for its result. */
  abandoned: 71,
  /** The task's process ended without a result. */
  hostGone: 72,
  /** The pod was stopped although it had a task. */
  stopped: 73,
  /** The pod was stopped before it had a task. */
  stoppedBefore: 74,
} as const;

/** A process was killed: by the kernel for its memory, or by the kubelet. */
export const KILLED = 137;

import { PodConnectionError, type PodExit, type PodProcess } from "../../kubernetes/exec.ts";
import { WorkerLost } from "../../model/ports/worker-lost.ts";
import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import { attachmentOf, describeEnd, lastWords } from "../remote/attachment.ts";
import { OutOfReach } from "../remote/out-of-reach.ts";
import type { HostConnection, TaskHost } from "../remote/task-host.ts";
import type { JobCluster } from "./cluster.ts";
import { findObstacle } from "./find-obstacle.ts";
import { listPods } from "./job.ts";
import { CONTAINER, type JobPlan, POD_FILES } from "./manifests.ts";
import { explainEnd, indexOf, isReady, type Pod, type PodLoss } from "./pod.ts";

const LOOK_MS = 1_000;
/** Longer than the main process of a pod outlives its task. */
const EXPLAINED_MS = 15_000;

/** The pod of one part, which hosts its task. */
export class PodHost implements TaskHost {
  readonly #cluster: JobCluster;
  readonly #clock: Clock;
  readonly #plan: JobPlan;
  readonly #index: number;
  readonly #task: Buffer;
  readonly #onNode: ((node: string | undefined) => void) | undefined;
  readonly #folder: string;
  /** The pod that has the task: no other will ever do. */
  #begun: Pod | undefined;
  #node: string | undefined;
  /** Whether the cluster answered when it was asked last. */
  #isClusterThere = true;

  constructor(options: {
    readonly cluster: JobCluster;
    readonly clock: Clock;
    readonly plan: JobPlan;
    readonly index: number;
    /** The task, with its secrets. */
    readonly task: Buffer;
    /** Receives the node of the pod, once it has one. */
    readonly onNode?: ((node: string | undefined) => void) | undefined;
  }) {
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#plan = options.plan;
    this.#index = options.index;
    this.#task = options.task;
    this.#onNode = options.onNode;
    this.#folder = `${POD_FILES.tasks}/${options.plan.name}-${options.index}`;
  }

  get name(): string {
    const { name, parts } = this.#plan;
    const part = parts === 1 ? `the pod of Job ${name}` : `pod ${this.#index} of Job ${name}`;
    return this.#node === undefined ? part : `${part} on ${this.#node}`;
  }

  readonly connect = async (signal: AbortSignal): Promise<HostConnection> => {
    const pod = await this.#findPod(signal);
    const running = new Set<PodProcess>();
    const close = (): void => running.forEach((process) => process[Symbol.dispose]());
    const run = async (...words: readonly string[]): Promise<PodProcess> => {
      const process = await this.#exec(pod, words, signal);
      running.add(process);
      return process;
    };
    let dropped: string | undefined;
    return {
      // The pod unpacked it when it started.
      bringProgram: () => Promise.resolve(),
      bringTask: async () => {
        this.#begun = pod;
        const process = await run("receive", this.#folder, "--bytes", String(this.#task.length));
        const words = lastWords(process.stderr);
        process.stdout.resume();
        process.stdin.write(this.#task);
        const end = await reached(process.ended);
        if (!("code" in end) || end.code !== 0)
          throw new OutOfReach(`the task was not received: ${describeExit(end, words())}`);
      },
      attach: async (from) => {
        const process = await run("attach", this.#folder, "--from", String(from));
        const words = lastWords(process.stderr);
        const ended = reached(process.ended).then(
          (end) => {
            throw new OutOfReach(describeExit(end, words()));
          },
          (error: unknown) => {
            throw dropped === undefined ? error : new OutOfReach(dropped);
          },
        );
        return attachmentOf({ stdin: process.stdin, stdout: process.stdout, ended });
      },
      drop: (reason) => {
        dropped = reason;
        close();
      },
      [Symbol.dispose]: close,
    };
  };

  /**
   * What the cluster says about the pod whose task has ended without a result; undefined if the error does not say
   * that the worker is lost, or if no task was sent.
   */
  async explainLoss(error: unknown, signal: AbortSignal): Promise<WorkerLost | undefined> {
    if (this.#begun === undefined) return undefined;
    if (error instanceof WorkerLost) {
      if (error.loss !== "unknown") return error;
      const end = await this.#awaitEnd(signal);
      const { loss, words } = end ?? { loss: error.loss, words: error.message };
      return new WorkerLost(words, { loss, node: this.#node, cause: error });
    }
    // Its node may be gone although the cluster still lists the pod.
    if (!isUnreachable(error) || !this.#isClusterThere) return undefined;
    return new WorkerLost(`${messageOf(error)}, while the cluster answers: its node is lost`, {
      ...{ loss: "node", node: this.#node, cause: error },
    });
  }

  /** The pod ends a moment after its task. */
  async #awaitEnd(signal: AbortSignal): Promise<PodLoss | undefined> {
    const look = async (): Promise<PodLoss | undefined> => {
      const listed = await listPods(this.#cluster, this.#plan, signal);
      return listed.state === "seen" ? explainEnd(this.#ownOf(listed.pods)) : undefined;
    };
    return waitUntil(look, { clock: this.#clock, everyMs: LOOK_MS, forMs: EXPLAINED_MS, signal });
  }

  #ownOf(pods: readonly Pod[]): Pod | undefined {
    return pods.find(({ metadata }) => metadata.uid === this.#begun?.metadata.uid);
  }

  async #findPod(signal: AbortSignal): Promise<Pod> {
    const listed = await listPods(this.#cluster, this.#plan, signal);
    this.#isClusterThere = listed.state === "seen";
    if (listed.state !== "seen") throw new OutOfReach(listed.reason);
    const pods = listed.pods.filter((one) => indexOf(one) === this.#index);
    if (this.#begun !== undefined) {
      const own = this.#ownOf(pods);
      const end = explainEnd(own);
      if (end !== undefined) throw new WorkerLost(end.words, { loss: end.loss, node: this.#node });
      if (own !== undefined) return own;
    }
    const ready = pods.find(isReady);
    if (ready === undefined) {
      const [obstacle] = pods.flatMap((one) => findObstacle(one) ?? []);
      throw new OutOfReach(obstacle?.words ?? "it has no pod that is ready");
    }
    this.#node = ready.spec?.nodeName;
    this.#onNode?.(this.#node);
    return ready;
  }

  async #exec({ metadata }: Pod, words: readonly string[], signal: AbortSignal): Promise<PodProcess> {
    const { namespace } = this.#plan;
    const command = ["node", POD_FILES.program, ...words] as const;
    return reached(
      this.#cluster.exec({ namespace, pod: metadata.name, container: CONTAINER, command }, signal),
    );
  }
}

/** A connection that is refused or lost is worth a retry: the pod itself is looked at before it. */
async function reached<T>(wanted: Promise<T>): Promise<T> {
  try {
    return await wanted;
  } catch (error) {
    throw error instanceof PodConnectionError ? new OutOfReach(error.message, { cause: error }) : error;
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof OutOfReach;
}

function describeExit(end: PodExit, words: string): string {
  return "code" in end ? describeEnd(end.code, words) : end.reason;
}

import type { Clock } from "../../tools/time/clock.ts";
import type { Asking } from "./ask.ts";
import { type NodeSize, readNodeSizes } from "./nodes.ts";
import { type ObservedPod, readPods } from "./pods.ts";

/** Reading lists costs the API server and this machine; larger lists are read less often. */
const MOST_BYTES_PER_SECOND = 200_000;
/** Nodes rarely come and go during a load. */
const NODES_EVERY_MS = 60_000;
/** Pods beyond these are not observed. */
const MOST_PODS = 1_000;

/** The pods of Coder's namespace and the nodes of its cluster, read as rarely as suffices. */
export class ClusterView {
  readonly #asking: Asking;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #namespace: string;
  #pods: readonly ObservedPod[] | undefined;
  #podsDueMs = 0;
  #nodes: readonly NodeSize[] | undefined;
  #nodesDueMs = 0;

  constructor(asking: Asking, clock: Pick<Clock, "elapsed">, namespace: string) {
    this.#asking = asking;
    this.#clock = clock;
    this.#namespace = namespace;
  }

  /** The pods of Coder's namespace. @throws NoAnswerError as long as they were never read */
  async pods(signal: AbortSignal): Promise<readonly ObservedPod[]> {
    const nowMs = this.#clock.elapsed();
    if (this.#pods !== undefined && nowMs < this.#podsDueMs) return this.#pods;
    const path = `/api/v1/namespaces/${encodeURIComponent(this.#namespace)}/pods?limit=${MOST_PODS}&resourceVersion=0`;
    try {
      const bytesBefore = this.#asking.bytes;
      const read = readPods(await this.#asking.json(path, { verb: "list", resource: "pods" }, signal));
      if (read === undefined) throw new Error("the answer is not a list of pods");
      this.#podsDueMs = nowMs + (1_000 * (this.#asking.bytes - bytesBefore)) / MOST_BYTES_PER_SECOND;
      return (this.#pods = read);
    } catch (error) {
      if (this.#pods !== undefined && !signal.aborted) return this.#pods;
      throw error;
    }
  }

  /** All nodes. @throws NoAnswerError as long as they were never read */
  async nodes(signal: AbortSignal): Promise<readonly NodeSize[]> {
    const nowMs = this.#clock.elapsed();
    if (this.#nodes !== undefined && nowMs < this.#nodesDueMs) return this.#nodes;
    this.#nodesDueMs = nowMs + NODES_EVERY_MS;
    try {
      const path = "/api/v1/nodes?limit=1000&resourceVersion=0";
      const read = readNodeSizes(await this.#asking.json(path, { verb: "list", resource: "nodes" }, signal));
      if (read === undefined) throw new Error("the answer is not a list of nodes");
      return (this.#nodes = read);
    } catch (error) {
      if (this.#nodes !== undefined && !signal.aborted) return this.#nodes;
      throw error;
    }
  }
}

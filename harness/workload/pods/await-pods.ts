import { z } from "zod";
import { RefbenchError } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { JobCluster } from "./cluster.ts";
import { findObstacle, type Obstacle } from "./find-obstacle.ts";
import { listPods } from "./job.ts";
import type { JobPlan } from "./manifests.ts";
import { explainEnd, indexOf, isEnding, isReady, type Pod } from "./pod.ts";

const LOOK_MS = 1_000;
/** An image of some hundred MiB comes in this time over a slow line. */
const START_MS = 10 * 60_000;
/** The API server may be restarted meanwhile. */
const UNASKED_MS = 120_000;
/** A quota may become free. */
const REFUSED_MS = 30_000;
/** The Job's controller needs a moment to create pods. */
const NO_PODS_MS = 5_000;
const MOST_FAILURES = 2;

interface Waiting {
  readonly cluster: JobCluster;
  readonly plan: JobPlan;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
  /** The longest that an obstacle may last. @default as long as obstacles of its kind may pass */
  readonly patienceMs?: number | undefined;
}

/**
 * Waits until every part has a pod whose worker can be reached. No part begins before: a pod that is lost meanwhile is
 * replaced by its Job.
 * @throws RefbenchError `infrastructure` with the cluster's own words once an obstacle has lasted too long
 */
export async function awaitPods(waiting: Waiting): Promise<readonly Pod[]> {
  const { cluster, plan, clock, signal } = waiting;
  const since = clock.elapsed();
  const obstacles = new Obstacles(waiting);
  for (;;) {
    const listed = await listPods(cluster, plan, signal);
    if (listed.state === "seen") {
      const ready = byIndex(listed.pods.filter(isReady), plan.parts);
      if (ready !== undefined) return ready;
      obstacles.see(await findObstacles(waiting, listed.pods, clock.elapsed() - since));
    } else
      obstacles.see([
        {
          words: `its pods cannot be listed: ${listed.reason}`,
          next: "ask for a role that may list pods there, or see why the API server does not answer",
          patienceMs: listed.state === "denied" ? 0 : UNASKED_MS,
        },
      ]);
    if (clock.elapsed() - since > START_MS)
      throw refusal(
        plan,
        `its pods did not start within ${START_MS / 60_000} minutes`,
        "see what its pods wait for",
      );
    await clock.sleep(LOOK_MS, signal);
  }
}

/** One ready pod for each part; undefined while one is missing. */
function byIndex(pods: readonly Pod[], parts: number): readonly Pod[] | undefined {
  const found = Array.from({ length: parts }, (_, index) => pods.find((one) => indexOf(one) === index));
  return found.every((one) => one !== undefined) ? found : undefined;
}

async function findObstacles(
  { cluster, plan, signal }: Waiting,
  pods: readonly Pod[],
  waitedMs: number,
): Promise<readonly Obstacle[]> {
  const failures = findFailures(pods);
  const found = pods.filter((one) => !isEnding(one)).flatMap((one) => findObstacle(one) ?? []);
  const isShort = pods.filter((one) => !isEnding(one)).length < plan.parts;
  const refused = isShort && waitedMs > NO_PODS_MS ? await findRefusal(cluster, plan, signal) : [];
  return [...failures, ...found, ...refused];
}

/** Pods that ended by themselves, more often than chance explains. Disrupted ones are replaced. */
function findFailures(pods: readonly Pod[]): readonly Obstacle[] {
  const ends = pods
    .flatMap((one) => explainEnd(one) ?? [])
    .filter(({ loss }) => loss !== "disruption" && loss !== "node");
  if (ends.length < MOST_FAILURES) return [];
  return [
    {
      words: `its pods end before they have a task: ${ends[0]?.words ?? ""}`,
      next: "name an image that has node on its PATH with --image generator=<reference>",
      patienceMs: 0,
    },
  ];
}

const eventList = z.object({
  items: z.array(
    z.object({ type: z.string().optional(), reason: z.string().optional(), message: z.string().optional() }),
  ),
});

/** Why the Job's controller cannot create pods: an admission policy, or a quota. */
async function findRefusal(
  { call }: JobCluster,
  { namespace, name }: JobPlan,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const query = new URLSearchParams({
    fieldSelector: `involvedObject.kind=Job,involvedObject.name=${name}`,
    limit: "100",
  });
  const answer = await call("GET", `/api/v1/namespaces/${namespace}/events?${query.toString()}`, signal);
  // Without them, the other obstacles and the longest wait remain.
  const events = answer.state === "ok" ? eventList.safeParse(answer.body).data?.items : undefined;
  const refused = events?.findLast(({ reason }) => reason === "FailedCreate");
  if (refused === undefined) return [];
  return [
    {
      words: `the cluster refuses its pods: ${refused.message ?? "no reason given"}`,
      next: "have the policy allow them, raise the quota, or choose another namespace with --load-namespace",
      patienceMs: REFUSED_MS,
    },
  ];
}

/** Reports each obstacle once, and ends the wait when one lasts too long. */
class Obstacles {
  readonly #waiting: Waiting;
  readonly #since = new Map<string, number>();

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  see(obstacles: readonly Obstacle[]): void {
    const { clock, onNote, plan, patienceMs: most = Infinity } = this.#waiting;
    const now = clock.elapsed();
    const keys = new Set(obstacles.map(({ next }) => next));
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    for (const { words, next, patienceMs } of obstacles) {
      const since = this.#since.get(next);
      if (since === undefined) {
        this.#since.set(next, now);
        if (patienceMs > 0) onNote(`waiting for the pods of Job ${plan.name}: ${words}`);
      }
      if (now - (since ?? now) >= Math.min(patienceMs, most)) throw refusal(plan, words, next);
    }
  }
}

function refusal({ name, namespace }: JobPlan, words: string, next: string): RefbenchError {
  return new RefbenchError(
    "infrastructure",
    `Job ${name} in namespace ${namespace} cannot start: ${words}; ${next}`,
  );
}

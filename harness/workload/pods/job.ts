import type { KubernetesAnswer } from "../../kubernetes/api.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { JobCluster } from "./cluster.ts";
import { jobManifest, type JobPlan, programManifest } from "./manifests.ts";
import { type Pod, podList } from "./pod.ts";
import type { PackedProgram } from "./program.ts";

const REMOVED_WITHIN_MS = 60_000;
const LOOK_MS = 1_000;

type Named = Pick<JobPlan, "namespace" | "name">;

const jobs = ({ namespace }: Named): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;
const configMaps = ({ namespace }: Named): string => `/api/v1/namespaces/${namespace}/configmaps`;
const podsOf = ({ namespace, name }: Named): string =>
  `/api/v1/namespaces/${namespace}/pods?limit=500&labelSelector=${encodeURIComponent(`batch.kubernetes.io/job-name=${name}`)}`;

/**
 * Creates the Job and the ConfigMap of its program, and starts it. The Job comes first, so that it owns the ConfigMap:
 * whoever removes it removes both.
 * @throws RefbenchError `infrastructure` when the API refuses
 */
export async function createJob(
  { call, name: cluster }: JobCluster,
  plan: JobPlan,
  program: PackedProgram,
  signal: AbortSignal,
): Promise<void> {
  const require = async (what: string, answer: Promise<KubernetesAnswer>): Promise<KubernetesAnswer> =>
    checked(await answer, `${what} in namespace ${plan.namespace} of ${cluster}`);
  const path = `${jobs(plan)}/${plan.name}`;
  // The name is this Job's alone: one that exists already is the first try's, whose answer was lost.
  const made = await require("create Job", orExisting(call, jobs(plan), path, jobManifest(plan), signal));
  const uid = made.state === "ok" ? (made.body["metadata"] as { uid?: string } | undefined)?.uid : undefined;
  if (uid === undefined)
    throw new RefbenchError("infrastructure", `${cluster} answered with a Job without uid`);
  const map = `${configMaps(plan)}/${plan.name}`;
  await require("create ConfigMap", orExisting(
    call,
    configMaps(plan),
    map,
    programManifest(plan, program, uid),
    signal,
  ));
  await require("start Job", call("PATCH", path, signal, { spec: { suspend: false } }));
}

async function orExisting(
  call: JobCluster["call"],
  list: string,
  path: string,
  manifest: object,
  signal: AbortSignal,
): Promise<KubernetesAnswer> {
  const answer = await call("POST", list, signal, manifest);
  return answer.state === "in-use" ? call("GET", path, signal) : answer;
}

function checked(answer: KubernetesAnswer, what: string): KubernetesAnswer {
  if (answer.state === "ok") return answer;
  const next =
    answer.state === "denied"
      ? "ask for a role that may create, get, list, patch and delete jobs and configmaps, list pods and events, and create pods/exec there"
      : answer.state === "gone"
        ? "create the namespace, or leave its flag out so that one is made"
        : "see what the cluster says, and run again";
  throw new RefbenchError("infrastructure", `cannot ${what}: ${answer.reason}; ${next}`);
}

/** The pods of a Job, or why they are not known. */
export async function listPods(
  { call }: Pick<JobCluster, "call">,
  plan: Named,
  signal: AbortSignal,
): Promise<
  | { readonly state: "seen"; readonly pods: readonly Pod[] }
  | { readonly state: "denied" | "failed"; readonly reason: string }
> {
  const answer = await call("GET", podsOf(plan), signal);
  if (answer.state !== "ok")
    return { state: answer.state === "denied" ? "denied" : "failed", reason: answer.reason };
  const { success, data } = podList.safeParse(answer.body);
  return success
    ? { state: "seen", pods: data.items }
    : { state: "failed", reason: "the answer is not a list of pods" };
}

/** Removes a Job with its pods and its program. Returns what may remain, in words; empty once nothing does. */
export async function removeJob(
  cluster: JobCluster,
  plan: Named,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const { call } = cluster;
  const job = `${jobs(plan)}/${plan.name}`;
  const map = `${configMaps(plan)}/${plan.name}`;
  // Deleted in the background, because the pods are looked at one by one below.
  await call("DELETE", job, signal, { propagationPolicy: "Background" });
  await call("DELETE", map, signal);
  let left: readonly string[] = [];
  const look = async (): Promise<true | undefined> => {
    const found = [
      remains(`Job ${plan.name}`, await call("GET", job, signal)),
      remains(`ConfigMap ${plan.name}`, await call("GET", map, signal)),
    ];
    const pods = await listPods(cluster, plan, signal);
    const ofPods =
      pods.state === "seen"
        ? pods.pods.map(({ metadata }) => `pod ${metadata.name}`)
        : [`the pods of Job ${plan.name} are not known: ${pods.reason}`];
    left = [...found.flat(), ...ofPods];
    return left.length === 0 ? true : undefined;
  };
  await waitUntil(look, { clock, everyMs: LOOK_MS, forMs: REMOVED_WITHIN_MS, signal });
  return left.map((words) => `${words} in namespace ${plan.namespace} of ${cluster.name}`);
}

function remains(what: string, answer: KubernetesAnswer): string[] {
  if (answer.state === "gone") return [];
  return [answer.state === "ok" ? what : `${what} is not known to be gone: ${answer.reason}`];
}

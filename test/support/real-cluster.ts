import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { type CallKubernetes, kubernetesApi, type KubernetesAnswer } from "../../harness/kubernetes/api.ts";
import { type ClusterAccess, tokenAccess } from "../../harness/kubernetes/access.ts";
import { readKubeconfig } from "../../harness/kubernetes/kubeconfig.ts";
import { newRunId, run12, type RunId } from "../../harness/model/run-id.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { waitUntil } from "../../harness/tools/time/wait-until.ts";

const signal = new AbortController().signal;

/** Images that `npm run cluster-images` makes. */
export const NODE_IMAGE = "refbench-node:1";
export const EMULATOR_IMAGE = "refbench-emulator:1";

/** The cluster of the tests, as `scripts/with-cluster.sh` names it. */
export interface RealClusterPlace {
  readonly kubeconfig: string;
  readonly context: string;
}

/** Where the cluster of the tests is; undefined where there is none, which stderr says. */
export function findRealCluster(): RealClusterPlace | undefined {
  const kubeconfig = process.env["REFBENCH_TEST_KUBECONFIG"] ?? "";
  if (kubeconfig !== "") return { kubeconfig, context: process.env["REFBENCH_TEST_CONTEXT"] ?? "local" };
  console.warn(
    "SKIPPED: no real cluster: start one with scripts/with-cluster.sh, or name one's kubeconfig in REFBENCH_TEST_KUBECONFIG",
  );
  return undefined;
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: object;
    readonly finalizers?: readonly string[];
  };
  readonly [field: string]: unknown;
}

/** The real cluster of the tests. */
export interface RealCluster extends RealClusterPlace {
  readonly access: ClusterAccess;
  readonly call: CallKubernetes;
  /** Creates an object and deletes it after the test. Throws when the cluster refuses it. */
  readonly create: (object: KubernetesObject) => Promise<string>;
  /** The body of an object; throws where there is none. */
  readonly read: (path: string) => Promise<Fields>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Connects to the cluster of the tests. */
export async function openRealCluster(place: RealClusterPlace): Promise<RealCluster> {
  const { access } = await readKubeconfig({
    file: place.kubeconfig,
    context: place.context,
    env: process.env,
  });
  const call = kubernetesApi(access, systemClock);
  const read = async (path: string): Promise<Fields> => bodyOf(await call("GET", path, signal));
  const create = async (object: KubernetesObject): Promise<string> => {
    const path = collectionOf(object);
    onTestFinished(async () => {
      await call("DELETE", `${path}/${object.metadata.name}`, signal);
    });
    bodyOf(await call("POST", path, signal, object));
    return `${path}/${object.metadata.name}`;
  };
  return { ...place, access, call, read, create };
}

function bodyOf(answer: KubernetesAnswer): Fields {
  if (answer.state !== "ok") throw new Error(`${answer.state}: ${answer.reason}`);
  return answer.body;
}

/** The path of an object's siblings. */
export function collectionOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const plural = `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}`.replace(/ys$/, "ies");
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${base}${metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`}/${plural}`;
}

/** Asks until an answer is defined, at most a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const found = await waitUntil(ask, { clock: systemClock, everyMs: 200, forMs: 60_000, signal });
  if (found === undefined) throw new Error(`not within a minute: ${what}`);
  return found;
}

/** Makes the namespace with which an owner allows refbench in a cluster, unless it is there. Returns how to undo that. */
export async function allowRefbench({ call }: Pick<RealCluster, "call">): Promise<() => Promise<void>> {
  const path = "/api/v1/namespaces/refbench";
  const known = await call("GET", path, signal);
  if (known.state === "ok") return () => Promise.resolve();
  const metadata = { name: "refbench", labels: { refbench: "allowed" } };
  bodyOf(await call("POST", "/api/v1/namespaces", signal, { apiVersion: "v1", kind: "Namespace", metadata }));
  return async () => {
    await call("DELETE", path, signal);
  };
}

/** A run that never was: its id, its labels, and the prefix of its names. */
export function inventedRun(): {
  readonly id: RunId;
  readonly prefix: string;
  readonly labels: Record<string, string>;
} {
  const id = newRunId();
  return {
    id,
    prefix: `bench-${run12(id)}`,
    labels: {
      "bench-run": id,
      "bench-env": "kubernetes",
      "bench-owner": "tests",
      "bench-expires": String(Math.floor(Date.now() / 1_000) + 3_600),
      "bench-managed": "cdktf",
    },
  };
}

/** Another user's objects in the same cluster, of the kinds that a run makes too. */
export async function plantTenant(cluster: RealCluster): Promise<{ readonly look: () => Promise<unknown> }> {
  const name = `tenant-${randomBytes(4).toString("hex")}`;
  const data = { greeting: "untouched" };
  const paths = [
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
    await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: name }, data }),
    await cluster.create({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "tenants-own",
        hostPath: { path: `/tmp/${name}` },
      },
    }),
    await cluster.create({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    }),
  ];
  return {
    look: () =>
      Promise.all(
        paths.map(async (path) => {
          const { metadata } = (await cluster.read(path)) as { metadata: Fields };
          // Nobody may even have changed them. A volume's own controller sets its phase.
          return [path, metadata["uid"], metadata["deletionTimestamp"], metadata["labels"]];
        }),
      ),
  };
}

/** Access as a service account that has only these rights in the whole cluster. */
export async function narrowAccess(
  cluster: RealCluster,
  rules: readonly object[],
): Promise<{ readonly access: ClusterAccess; readonly name: string; readonly token: string }> {
  const name = `narrow-${randomBytes(4).toString("hex")}`;
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "default" } };
  const path = await cluster.create(account);
  const rbac = "rbac.authorization.k8s.io";
  await cluster.create({ apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name }, rules });
  await cluster.create({
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
  });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status } = bodyOf(await cluster.call("POST", `${path}/token`, signal, request)) as {
    status: { token: string };
  };
  const { tls } = await cluster.access.login();
  return {
    name,
    token: status.token,
    access: tokenAccess({
      server: cluster.access.server,
      token: () => Promise.resolve(status.token),
      // Not the dispatcher, which has the certificate of the cluster's administrator.
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    }),
  };
}

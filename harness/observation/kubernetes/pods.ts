import { z } from "zod";
import { parseQuantity } from "../../kubernetes/quantity.ts";
import type { ObservedRole } from "../../model/observation/series.ts";

const amounts = z.record(z.string(), z.string()).optional();
const status = z.object({
  name: z.string(),
  restartCount: z.number().int().nonnegative(),
  containerID: z.string().optional(),
});
const container = z.object({
  name: z.string(),
  image: z.string().optional(),
  resources: z.object({ limits: amounts }).optional(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).nullish(),
  envFrom: z.array(z.unknown()).nullish(),
});
const pod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    // Every pod has one.
    containers: z.tuple([container], container),
  }),
  status: z.object({ phase: z.string().optional(), containerStatuses: z.array(status).optional() }),
});
const podList = z.object({ items: z.array(z.unknown()).nullable() });

/** A pod of Coder's namespaces, with the container that has the pod's job; sidecars of others are not observed. */
export interface ObservedPod {
  readonly namespace: string;
  readonly name: string;
  readonly role: ObservedRole;
  /** Absent until it is scheduled. */
  readonly node?: string;
  readonly isRunning: boolean;
  readonly container: string;
  /** As cgroups name it, once it runs. */
  readonly containerId?: string;
  readonly cpuLimit?: number;
  readonly memoryLimit?: number;
  readonly restarts: number;
  /** Where it serves metrics and profiles for others; absent where its settings say that it does not. */
  readonly metricsPort?: number;
  readonly pprofPort?: number;
}

/** Reads a list of pods; undefined for anything else. A pod that cannot be read is left out. */
export function readPods(json: unknown): readonly ObservedPod[] | undefined {
  const parsed = podList.safeParse(json);
  if (!parsed.success) return undefined;
  return (parsed.data.items ?? []).flatMap((item) => {
    const one = pod.safeParse(item);
    return one.success ? [podOf(one.data)] : [];
  });
}

type Pod = z.infer<typeof pod>;

function podOf({ metadata, spec, status }: Pod): ObservedPod {
  const role = roleOf(metadata, spec.containers);
  const [first] = spec.containers;
  const main = spec.containers.find(({ name }) => MAIN_CONTAINERS[role]?.includes(name) ?? false) ?? first;
  const running = status.containerStatuses?.find(({ name }) => name === main.name);
  const limit = (kind: "cpu" | "memory") => parseQuantity(main.resources?.limits?.[kind] ?? "");
  const [cpuLimit, memoryLimit] = [limit("cpu"), limit("memory")];
  const containerId = running?.containerID?.split("//").pop();
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    role,
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    isRunning: status.phase === "Running" && metadata.deletionTimestamp === undefined,
    container: main.name,
    ...(containerId === undefined || containerId === "" ? {} : { containerId }),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    restarts: running?.restartCount ?? 0,
    ...portOf("metricsPort", "PROMETHEUS", main),
    ...portOf("pprofPort", "PPROF", main),
  };
}

/**
 * The port of one of Coder's servers for operators. A setting that comes from elsewhere, such as a ConfigMap, is unknown
 * and taken for a good one; both servers are off, and for the machine itself only, by default.
 * https://coder.com/docs/reference/cli/server
 */
function portOf<K extends string>(
  key: K,
  kind: "PROMETHEUS" | "PPROF",
  { env, envFrom }: z.infer<typeof container>,
): Partial<Record<K, number>> {
  const own = { [key]: kind === "PROMETHEUS" ? 2112 : 6060 } as Partial<Record<K, number>>;
  const setting = (name: string) => env?.find((each) => each.name === `CODER_${kind}_${name}`);
  const enabled = setting("ENABLE");
  if (enabled === undefined) return (envFrom ?? []).length > 0 ? own : {};
  if (enabled.value !== undefined && !/^(true|1|t)$/i.test(enabled.value)) return {};
  const address = setting("ADDRESS");
  if (address === undefined) return {};
  if (address.value === undefined) return own;
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address.value) ?? [];
  const isForItself = /^(127\.|localhost$|\[?::1\]?$)/.test(host);
  return port === "" || isForItself ? {} : ({ [key]: Number(port) } as Partial<Record<K, number>>);
}

/** Names that Coder's charts and usual charts of Postgres give the container that has the pod's job. */
const MAIN_CONTAINERS: Partial<Readonly<Record<ObservedRole, readonly string[]>>> = {
  coderd: ["coder"],
  provisioner: ["coder"],
  database: ["postgres", "postgresql"],
};

/**
 * The role of a pod by the labels of Coder's charts, of Coder's templates, and of refbench's own objects. A database of
 * the user's own is recognized by its name or image.
 */
function roleOf({ name, labels = {} }: Pod["metadata"], containers: Pod["spec"]["containers"]): ObservedRole {
  const app = labels["app.kubernetes.io/name"] ?? "";
  const isOfWorkspace = Object.keys(labels).some(
    (label) => label.startsWith("com.coder.workspace") || label === "com.coder.resource",
  );
  if (isOfWorkspace || app === "coder-workspace") return "workspaces";
  if (app === "coder-provisioner") return "provisioner";
  if (app === "coder") return "coderd";
  const isPostgres = [name, app, ...containers.map(({ image = "" }) => image)].some((text) =>
    /postgres|timescale/i.test(text),
  );
  return isPostgres && !/export|backup|pgbouncer|pooler/i.test(`${name} ${app}`) ? "database" : "other";
}

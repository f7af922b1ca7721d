import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Size } from "../../reference-architectures/architecture.ts";
import { environmentSchema, type OwnCluster } from "../environment.ts";
import { EnvironmentError } from "../read-json.ts";

/** A name that no context has: stacks that are only read reach no cluster. */
const NO_CONTEXT = "set-REFBENCH_CONTEXT";

/**
 * Returns the user's own cluster of the variables of `refbench run`'s flags. The context is never guessed. Throws
 * `EnvironmentError`.
 */
export function manualCluster(
  size: Size,
  env: NodeJS.ProcessEnv,
  { isRead }: { readonly isRead: boolean },
): OwnCluster {
  const context = text(env, "REFBENCH_CONTEXT") ?? (isRead ? NO_CONTEXT : undefined);
  if (context === undefined)
    throw new EnvironmentError(
      "REFBENCH_CONTEXT is not set, expected the name of a context of your kubeconfig",
    );
  const nodes = text(env, "REFBENCH_WORKSPACE_NODES");
  const chart = text(env, "REFBENCH_CHART");
  const [storageClass, nodeSelector, images] = [
    text(env, "REFBENCH_STORAGE_CLASS"),
    pairs(env, "REFBENCH_NODE_SELECTOR"),
    pairs(env, "REFBENCH_IMAGES"),
  ];
  const cluster = {
    ...{ kubeconfig: kubeconfigOf(env), context },
    // A manual environment asks no cluster before its apply, so the size or the user says how many nodes pull the image.
    workspaceNodes: nodes === undefined ? Math.max(1, size.machines.workspaces.nodes) : Number(nodes),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(images === undefined ? {} : { images }),
    ...(chart === undefined ? {} : { chart: /^(https?|oci):\/\//.test(chart) ? chart : resolve(chart) }),
  };
  const parsed = environmentSchema.shape.ownCluster.unwrap().safeParse(cluster);
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  throw new EnvironmentError(`the cluster of the variables is not valid at ${path.join(".")}: ${message}`);
}

function kubeconfigOf(env: NodeJS.ProcessEnv): string {
  const named = text(env, "REFBENCH_KUBECONFIG");
  if (named !== undefined) return resolve(named);
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length > 1)
    throw new EnvironmentError(
      `KUBECONFIG names ${listed.length} files, and Terraform reads one: choose one in REFBENCH_KUBECONFIG`,
    );
  return resolve(listed[0] ?? join(env["HOME"] ?? homedir(), ".kube", "config"));
}

function text(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name] ?? "";
  return value === "" ? undefined : value;
}

/** Reads `key=value,key=value`. */
function pairs(env: NodeJS.ProcessEnv, name: string): Record<string, string> | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  return Object.fromEntries(
    value.split(",").map((pair) => {
      const [, key, rest] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (key !== undefined && rest !== undefined) return [key, rest];
      throw new EnvironmentError(`${name} is "${value}", expected key=value with commas between them`);
    }),
  );
}

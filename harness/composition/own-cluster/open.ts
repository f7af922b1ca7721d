import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import type { OwnClusterPlace } from "../../pipeline/folder/plan.ts";
import type { ClusterAccess } from "../../kubernetes/access.ts";
import { listContexts, readKubeconfig } from "../../kubernetes/kubeconfig.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { Io } from "../settings/io.ts";
import type { OwnClusterRequest } from "../settings/own-cluster-request.ts";

/** A cluster that a kubeconfig names. Nothing was asked of it. */
export interface OpenedCluster {
  readonly place: OwnClusterPlace;
  readonly access: ClusterAccess;
}

type Asker = Pick<Io, "env" | "cwd">;

/**
 * Reads the kubeconfig of a request. The context must be named, because the current one is another tool's choice.
 * @throws RefbenchError `usage` without a context, with the contexts that there are
 */
export async function openOwnCluster(
  { kubeconfig: flag, context }: Pick<OwnClusterRequest, "kubeconfig" | "context">,
  io: Asker,
): Promise<OpenedCluster> {
  const file = findKubeconfig(flag, io);
  if (context === undefined) {
    const contexts = await listContexts(file);
    throw new RefbenchError(
      "usage",
      `--context is missing, and a cluster is never guessed: expected one of the contexts of ${file}: ${contexts.join(", ") || "none"}; or add --rehearse`,
    );
  }
  return openPlace({ kubeconfig: file, context }, io.env);
}

/**
 * Opens the cluster of a run again, whatever the shell says.
 * @throws RefbenchError `usage` if the context leads to another server than when the run was made
 */
export async function reopenOwnCluster(
  place: OwnClusterPlace,
  env: NodeJS.ProcessEnv,
): Promise<ClusterAccess> {
  const opened = await openPlace(place, env);
  if (opened.place.server === place.server) return opened.access;
  throw new RefbenchError(
    "usage",
    `context "${place.context}" of ${place.kubeconfig} leads to ${opened.place.server}, but the run was made at ${place.server}: expected the same cluster; restore that context`,
  );
}

async function openPlace(
  { kubeconfig, context }: Pick<OwnClusterPlace, "kubeconfig" | "context">,
  env: NodeJS.ProcessEnv,
): Promise<OpenedCluster> {
  const pluginEnv = childEnvironment("terraform", env);
  const { access } = await readKubeconfig({ file: kubeconfig, context, env: pluginEnv });
  return { place: { kubeconfig, context, server: access.server }, access };
}

/** Returns the path of the kubeconfig: the flag's, the only one of KUBECONFIG, or the default of kubectl. */
function findKubeconfig(flag: string | undefined, { env, cwd }: Asker): string {
  if (flag !== undefined) return resolve(cwd, flag);
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length > 1)
    throw new RefbenchError(
      "usage",
      `KUBECONFIG names ${listed.length} files, and Terraform reads one: choose one by --kubeconfig`,
    );
  return listed[0] === undefined
    ? join(env["HOME"] ?? homedir(), ".kube", "config")
    : resolve(cwd, listed[0]);
}

/** Returns a chart as Terraform reads it: a URL as it is, a path of this machine as an absolute one. */
export async function findChart(chart: string, { cwd }: Pick<Io, "cwd">): Promise<string> {
  if (/^(https?|oci):\/\//.test(chart)) return chart;
  const path = resolve(cwd, chart);
  try {
    await stat(path);
  } catch (cause) {
    throw new RefbenchError(
      "usage",
      `--chart is "${chart}", which cannot be read: ${messageOf(cause)}; expected a folder or archive with Coder's chart, or a URL`,
      { cause },
    );
  }
  return path;
}

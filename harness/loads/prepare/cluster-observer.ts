import { clusterObserver } from "../../composition/observer/cluster-observer.ts";
import { openOwnCluster } from "../../composition/own-cluster/open.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { Observer } from "../../model/ports/observer.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadFlags } from "../request/flags.ts";

type ClusterFlags = Pick<LoadFlags, "kubeconfig" | "context" | "coderNamespace" | "loadNamespace">;

/**
 * Opens the cluster of a deployment that already exists, for who named Coder's namespace in it. Asks nothing of it.
 * @throws RefbenchError `usage` without a context
 */
export async function openClusterObserver(
  flags: ClusterFlags,
  io: Io,
): Promise<Required<Pick<Observer, "start">> | undefined> {
  const { coderNamespace: coder, loadNamespace: load } = flags;
  if (coder === undefined) return undefined;
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(coder))
    throw new RefbenchError(
      "usage",
      `--coder-namespace is "${coder}", expected a name of a namespace, such as coder`,
    );
  const { access } = await openOwnCluster(flags, io);
  return clusterObserver(() => Promise.resolve(access), { coder, load });
}

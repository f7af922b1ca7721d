import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

/** The namespaces of an environment in its cluster. */
export interface ClusterNamespaces {
  /** The namespace of Coder itself. */
  readonly coder: string;
  /** The namespace of workspaces, in which Coder builds and which a teardown empties first. */
  readonly workspaces: string;
  /** The namespace of pods that generate load. */
  readonly load?: string;
}

/** The namespaces in a cluster of the environment's own, which nobody else uses. */
export const NAMESPACES = {
  coder: "coder",
  workspaces: "coder-workspaces",
} as const satisfies ClusterNamespaces;

/** The namespace of pods that generate load, in a cluster of the environment's own. */
const LOAD_NAMESPACE = "bench-load";

/** Returns the namespaces in the environment's own cluster: one for generators only if it has machines for them. */
export function namespacesOf({ generators }: Pick<Environment, "generators">): ClusterNamespaces {
  return generators === undefined ? NAMESPACES : { ...NAMESPACES, load: LOAD_NAMESPACE };
}

/** The chart's name for its Service, Deployment and ServiceAccount, independent of the release's name. */
export const CODER_SERVICE = "coder";

/** The class of the workspaces' home disks, also named in the workspace template. */
export const HOME_STORAGE_CLASS = "bench-home";

/** Returns the name of Coder's Service inside its cluster. */
export function serviceName(namespace: string): string {
  return `${CODER_SERVICE}.${namespace}.svc.cluster.local`;
}

/** Returns the namespaces of an environment in a cluster of the user's own, named by its run. */
export function ownNamespaces(environment: Pick<Environment, "runId">): Required<ClusterNamespaces> {
  return {
    coder: benchName(environment, "coder"),
    workspaces: benchName(environment, "workspaces"),
    load: benchName(environment, "load"),
  };
}

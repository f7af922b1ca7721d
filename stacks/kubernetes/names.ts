import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

/** The namespace of Coder itself. */
export const CODER_NAMESPACE = "coder";

/** The namespace of workspaces, in which Coder builds and which a teardown empties first. */
export const WORKSPACE_NAMESPACE = "coder-workspaces";

/** The chart's name for its Service, Deployment and ServiceAccount, independent of the release's name. */
export const CODER_SERVICE = "coder";

/** The class of the workspaces' home disks, also named in the workspace template. */
export const HOME_STORAGE_CLASS = "bench-home";

/** Returns the name of Coder's Service inside its cluster. */
export function serviceName(namespace: string): string {
  return `${CODER_SERVICE}.${namespace}.svc.cluster.local`;
}

/** The namespaces of a run in a cluster that the run did not create, named by the run. */
export interface OwnNamespaces {
  readonly coder: string;
  readonly workspaces: string;
  /** The namespace of the pods that generate the load. */
  readonly load: string;
}

/** Returns the namespaces of an environment in a cluster of the user's own. */
export function ownNamespaces(environment: Pick<Environment, "runId">): OwnNamespaces {
  return {
    coder: benchName(environment, "coder"),
    workspaces: benchName(environment, "workspaces"),
    load: benchName(environment, "load"),
  };
}

/** Namespace of Coder itself. */
export const CODER_NAMESPACE = "coder";

/** Namespace of workspaces: what Coder's builds make, and what a teardown empties first. */
export const WORKSPACE_NAMESPACE = "coder-workspaces";

/** Name that the chart gives its Service, Deployment and ServiceAccount, whatever the release is called. */
export const CODER_SERVICE = "coder";

/** Class of the workspaces' home disks; the workspace template names it too. */
export const HOME_STORAGE_CLASS = "bench-home";

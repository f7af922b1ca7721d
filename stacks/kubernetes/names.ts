/** The namespace of Coder itself. */
export const CODER_NAMESPACE = "coder";

/** The namespace of workspaces, in which Coder builds and which a teardown empties first. */
export const WORKSPACE_NAMESPACE = "coder-workspaces";

/** The chart's name for its Service, Deployment and ServiceAccount, independent of the release's name. */
export const CODER_SERVICE = "coder";

/** The class of the workspaces' home disks, also named in the workspace template. */
export const HOME_STORAGE_CLASS = "bench-home";

/** Who logs in to the load runner. */
export const RUNNER_USER = "refbench";
/** Where its image or its start puts Node. */
export const RUNNER_NODE = "/opt/refbench/node/bin/node";
/** Where that user may write. */
export const RUNNER_FOLDER = "/var/lib/refbench";

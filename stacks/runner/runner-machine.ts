/**
 * The contract with the harness: a load runner after its start. Imports no cdktf. Debian 12 on Google, Amazon Linux
 * 2023 on AWS; both have the same user, folder and Node.
 */

/** The user of programs. */
export const RUNNER_USER = "refbench";

/** A folder that this user can write: for the worker, its tasks and its files. */
export const RUNNER_FOLDER = "/var/lib/refbench";

/** The version of Node, with long-term support and the same for every run of this version of refbench. */
export const RUNNER_NODE_VERSION = "22.23.3";

/**
 * The SHA-256 of `node-v<version>-linux-x64.tar.gz`. It changes with the version, and comes from this code instead of
 * the host with the archive.
 */
export const RUNNER_NODE_SHA256 = "1084aa36196bba4c3a5e69a1ee388a6e4ff729dad09445fbcd434b28fe3c24af";

export const RUNNER_NODE = "/opt/refbench/node/bin/node";

/** The file that the startup script creates last. Before it, Node or the folder may be missing. */
export const RUNNER_READY_MARK = "/var/lib/refbench-runner-ready";

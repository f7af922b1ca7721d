/**
 * The contract with the harness: what a load runner is once its start-up is done. Imports no cdktf. Debian 12 on
 * Google, Amazon Linux 2023 on AWS; on both the same user, folder and Node.
 */

/** Who programs run as. */
export const RUNNER_USER = "refbench";

/** Writable by that user: the worker, its tasks and what it keeps. */
export const RUNNER_FOLDER = "/var/lib/refbench";

/** Its Node: a version in long-term support, the same for every run of this version of refbench. */
export const RUNNER_NODE_VERSION = "22.23.3";

/**
 * SHA-256 of `node-v<version>-linux-x64.tar.gz`, changed with the version: it comes with this code, not from the host
 * that serves the archive.
 */
export const RUNNER_NODE_SHA256 = "1084aa36196bba4c3a5e69a1ee388a6e4ff729dad09445fbcd434b28fe3c24af";

export const RUNNER_NODE = "/opt/refbench/node/bin/node";

/** Made last by the start-up: before, Node or the folder may be missing. */
export const RUNNER_READY_MARK = "/var/lib/refbench-runner-ready";

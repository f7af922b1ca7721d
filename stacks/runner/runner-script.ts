import { readFileSync } from "node:fs";
import { literal } from "../literal.ts";
import {
  RUNNER_FOLDER,
  RUNNER_NODE,
  RUNNER_NODE_SHA256,
  RUNNER_NODE_VERSION,
  RUNNER_READY_MARK,
  RUNNER_USER,
} from "./runner-machine.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

/** What is the same on every cloud. */
const COMMON = readFileSync(packageFile("stacks/startup/runner.sh"), "utf8");

/**
 * What a load runner does when it first starts, as one script: constants, the cloud's own part, which says
 * `make_user`, and the part that all share.
 */
export function runnerScript(
  cloud: string,
  constants: Readonly<Record<string, string | number>> = {},
): string {
  const all = {
    user: RUNNER_USER,
    folder: RUNNER_FOLDER,
    node: RUNNER_NODE,
    node_version: RUNNER_NODE_VERSION,
    node_sha256: RUNNER_NODE_SHA256,
    ready_mark: RUNNER_READY_MARK,
    ...constants,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}='${value}'`);
  return literal(["#!/bin/bash", ...lines, "", cloud.trim(), "", COMMON.trim(), ""].join("\n"));
}

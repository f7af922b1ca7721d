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

/** The part that is the same on every cloud. */
const COMMON = readFileSync(packageFile("stacks/startup/runner.sh"), "utf8");

/**
 * Returns the startup script of a load runner: constants, the cloud's own part, which defines `make_user`, and the
 * shared part.
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

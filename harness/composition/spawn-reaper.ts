import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { childEnvironment } from "../model/environment/child-environment.ts";
import { RefbenchError } from "../tools/error.ts";
import { isOwn, explainNotOwn } from "../pipeline/folder/installation.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { withEndpoints } from "./settings/endpoints.ts";
import { supervised } from "./supervised.ts";
import { withoutLicence } from "./settings/read-licence.ts";
import { parseJson } from "../tools/parse-json.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

const REFBENCH = packageFile("bin/refbench.js");

/** A reaper polls four times a second for hours: V8 would let the garbage grow to 32 MiB before collecting it. */
const SMALL_HEAP = ["--max-semi-space-size=2"] as const;

/**
 * Starts `refbench reaper <folder>` in a separate session: no Ctrl-C, hang-up or death of this process reaches it. Its
 * parent restarts it when it crashes or is killed, and ends with it. Returns the parent's pid; the lease names the reaper.
 * Throws `usage` for a folder that this installation did not create, because its plan decides where credentials are used.
 */
export function spawnReaper(folder: RunFolder): number {
  if (!isOwn(folder)) throw new RefbenchError("usage", explainNotOwn(folder));
  const log = openSync(folder.log, "a", 0o600);
  try {
    const { file, args } = supervised([process.execPath, ...SMALL_HEAP, REFBENCH, "reaper", folder.path]);
    const child = spawn(file, [...args], {
      cwd: folder.path,
      env: buildReaperEnvironment(folder),
      detached: true,
      stdio: ["ignore", log, log],
    });
    // A failed start has no pid.
    child.on("error", () => undefined);
    child.unref();
    if (child.pid === undefined)
      throw new RefbenchError("run_folder", `the reaper of ${folder.path} could not be started`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/**
 * Returns the environment for a command that continues a run: without the licence, and with the run's own endpoints. An SDK
 * reads these variables itself, and the shell that adopts a run may have others.
 */
export function buildReaperEnvironment(
  folder: Pick<RunFolder, "plan">,
  shell: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const env = childEnvironment("refbench", withoutLicence(shell));
  try {
    const { cloud } = planSchema.parse(parseJson(readFileSync(folder.plan, "utf8")));
    return cloud === undefined ? env : withEndpoints(env, cloud.endpoints);
  } catch {
    // The reaper reports what is wrong with the plan.
    return env;
  }
}

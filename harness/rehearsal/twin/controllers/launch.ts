import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { childEnvironment } from "../../../model/environment/child-environment.ts";
import { identityOf, isAlive } from "../../inventory/process-identity.ts";
import type { ProcessIdentity } from "../../inventory/process-identity.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { waitMs } from "../cloud/wait.ts";
import { IDENTITY_FILE } from "./address.ts";

const READY_POLL_MS = 15;
const READY_DEADLINE_MS = 60_000;

export interface Launch<Ready> {
  /** In words, for messages. */
  readonly what: string;
  readonly entry: string;
  readonly folder: string;
  readonly config: object;
  /** Of the one line that it prints once it answers. */
  readonly ready: z.ZodType<Ready>;
  /** How long it may take until it does. @default 60,000 */
  readonly readyWithinMs?: number;
  readonly signal: AbortSignal;
  /** Called as soon as there is a process. */
  readonly onStarted: (identity: ProcessIdentity) => Promise<void>;
}

/**
 * Starts a server of the twin detached and waits until it answers. Its output goes to files: Terraform waits for the end of
 * whatever inherits the plugin's.
 */
export async function launch<Ready>(launch: Launch<Ready>): Promise<{
  readonly ready: Ready;
  readonly identity: ProcessIdentity;
}> {
  const { what, entry, folder, config, signal } = launch;
  const file = (name: string): string => join(folder, name);
  writeFileSync(file("config.json"), JSON.stringify(config, undefined, 2), { mode: 0o600 });
  const [stdout, stderr] = [openSync(file("stdout"), "w"), openSync(file("stderr"), "w")];
  const child = spawn(process.execPath, [entry, "--config", file("config.json")], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", stdout, stderr],
    // Nothing of Terraform's, which holds secrets.
    env: childEnvironment("server", process.env),
  });
  closeSync(stdout);
  closeSync(stderr);
  child.unref();
  if (child.pid === undefined) throw new CloudError(`${what} cannot be started: ${process.execPath}`);
  const identity = identityOf(child.pid);
  writeFileSync(file(IDENTITY_FILE), JSON.stringify(identity));
  await launch.onStarted(identity);
  const deadline = Date.now() + (launch.readyWithinMs ?? READY_DEADLINE_MS);
  for (;;) {
    const [line, rest] = readFileSync(file("stdout"), "utf8").split("\n", 2);
    if (line !== undefined && rest !== undefined)
      return { ready: launch.ready.parse(JSON.parse(line)), identity };
    if (!isAlive(identity) || Date.now() > deadline) {
      const said = readFileSync(file("stderr"), "utf8").slice(-2_000);
      throw new CloudError("installation failed", {
        detail: `${what} ended before it was ready; ${file("stderr")} says:\n${said}`,
        created: true,
      });
    }
    await waitMs(READY_POLL_MS, signal);
  }
}

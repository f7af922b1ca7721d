import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emulatorReady } from "../../emulator/config.ts";
import type { EmulatorConfig, EmulatorReady } from "../../emulator/config.ts";
import { identityOf, isAlive } from "../../inventory/process-identity.ts";
import type { ProcessIdentity } from "../../inventory/process-identity.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { waitMs } from "../cloud/wait.ts";
import { IDENTITY_FILE } from "./address.ts";

const READY_POLL_MS = 15;
const READY_DEADLINE_MS = 60_000;
/** What the process may know of this one's environment: nothing of Terraform's, which holds secrets. */
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "LANG", "TZ"];

export interface Launch {
  readonly entry: string;
  readonly folder: string;
  readonly config: EmulatorConfig;
  readonly signal: AbortSignal;
  /** Called as soon as there is a process. */
  readonly onStarted: (identity: ProcessIdentity) => Promise<void>;
}

/**
 * Starts the emulator detached and waits until it answers. Its output goes to files: Terraform waits for the end of
 * whatever inherits the plugin's.
 */
export async function launch({ entry, folder, config, signal, onStarted }: Launch): Promise<{
  readonly ready: EmulatorReady;
  readonly identity: ProcessIdentity;
}> {
  const file = (name: string): string => join(folder, name);
  writeFileSync(file("config.json"), JSON.stringify(config, undefined, 2), { mode: 0o600 });
  const [stdout, stderr] = [openSync(file("stdout"), "w"), openSync(file("stderr"), "w")];
  const child = spawn(process.execPath, [entry, "--config", file("config.json")], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", stdout, stderr],
    env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
  });
  closeSync(stdout);
  closeSync(stderr);
  child.unref();
  if (child.pid === undefined)
    throw new CloudError(`the emulated Coder cannot be started: ${process.execPath}`);
  const identity = identityOf(child.pid);
  writeFileSync(file(IDENTITY_FILE), JSON.stringify(identity));
  await onStarted(identity);
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    const [line, rest] = readFileSync(file("stdout"), "utf8").split("\n", 2);
    if (line !== undefined && rest !== undefined)
      return { ready: emulatorReady.parse(JSON.parse(line)), identity };
    if (!isAlive(identity) || Date.now() > deadline) {
      const said = readFileSync(file("stderr"), "utf8").slice(-2_000);
      throw new CloudError("installation failed", {
        detail: `the emulated Coder ended before it was ready; ${file("stderr")} says:\n${said}`,
        created: true,
      });
    }
    await waitMs(READY_POLL_MS, signal);
  }
}

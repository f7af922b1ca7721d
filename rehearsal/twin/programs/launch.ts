import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { childEnvironment } from "../../../harness/model/environment/child-environment.ts";
import { identityOf, isAlive } from "../../../harness/tools/process/local-process.ts";
import type { LocalProcess } from "../../../harness/tools/process/local-process.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { waitMs } from "../cloud/wait.ts";
import { IDENTITY_FILE } from "./address.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";

const READY_POLL_MS = 15;
const READY_DEADLINE_MS = 60_000;
/** A real Coder stops its database in order. */
const END_GRACE_MS = 2_000;

export interface Launch<Ready> {
  /** In words, for messages. */
  readonly what: string;
  readonly entry: string;
  /** Environment variables that mark whose process it is. */
  readonly mark: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly config: object;
  /** Schema of the one line that it prints once it answers. */
  readonly ready: z.ZodType<Ready>;
  /** How long it may take until it does. @default 60,000 */
  readonly readyWithinMs?: number;
  readonly signal: AbortSignal;
  /** Called as soon as there is a process. */
  readonly onStarted: (identity: LocalProcess) => Promise<void>;
}

/**
 * Starts a server of the twin detached and waits until it answers; where that fails, the server is ended. Its output goes
 * to files: Terraform waits for the end of whatever inherits the plugin's.
 */
export async function launch<Ready>(launch: Launch<Ready>): Promise<{
  readonly ready: Ready;
  readonly identity: LocalProcess;
}> {
  writeFileSync(join(launch.folder, "config.json"), JSON.stringify(launch.config, undefined, 2), {
    mode: 0o600,
  });
  const child = start(launch);
  if (child.pid === undefined) throw new CloudError(`${launch.what} cannot be started: ${process.execPath}`);
  try {
    const identity = identityOf(child.pid);
    return { ready: await awaitReady(launch, identity), identity };
  } catch (error) {
    // The caller may not have recorded the process yet, so nothing else would end it.
    child.kill("SIGTERM");
    await endWithin(child, END_GRACE_MS);
    throw error;
  }
}

function start({ entry, folder, mark }: Launch<unknown>): ChildProcess {
  const output: number[] = [];
  try {
    for (const name of ["stdout", "stderr"]) output.push(openSync(join(folder, name), "w"));
    const child = spawn(process.execPath, [entry, "--config", join(folder, "config.json")], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", ...output],
      // Nothing of Terraform's, which holds secrets.
      env: { ...childEnvironment("server", process.env), ...mark },
    });
    // A start that failed shows in the missing id.
    child.on("error", () => undefined);
    child.unref();
    return child;
  } finally {
    for (const file of output) closeSync(file);
  }
}

async function awaitReady<Ready>(launch: Launch<Ready>, identity: LocalProcess): Promise<Ready> {
  const { what, folder, signal } = launch;
  const file = (name: string): string => join(folder, name);
  writeFileSync(file(IDENTITY_FILE), JSON.stringify(identity));
  await launch.onStarted(identity);
  const deadline = performance.now() + (launch.readyWithinMs ?? READY_DEADLINE_MS);
  for (;;) {
    const [line, rest] = readFileSync(file("stdout"), "utf8").split("\n", 2);
    if (line !== undefined && rest !== undefined) return launch.ready.parse(parseJson(line));
    if (!isAlive(identity) || performance.now() > deadline) {
      const said = readFileSync(file("stderr"), "utf8").slice(-2_000);
      throw new CloudError("installation failed", {
        detail: `${what} ended before it was ready; ${file("stderr")} says:\n${said}`,
        created: true,
      });
    }
    await waitMs(READY_POLL_MS, signal);
  }
}

/** Waits for a child's end, by force when its time is up. Its handle knows it also where the system cannot be asked. */
async function endWithin(child: ChildProcess, graceMs: number): Promise<void> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  for (let waited = 0; !hasEnded() && waited < graceMs; waited += READY_POLL_MS)
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  if (!hasEnded()) child.kill("SIGKILL");
}

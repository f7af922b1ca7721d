import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileSync } from "node:fs";
import { identify, type ProcessIdentity } from "../../../harness/tools/process/process-identity.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";

/** How long the system may take to end a process that was killed. */
const KILLED_MS = 10_000;

/** A real process that lives and does nothing: what a simulated one is in the eyes of others while it hangs. */
export class HungProcess {
  readonly identity: ProcessIdentity;
  readonly #child = spawn("sleep", ["600"], { stdio: "ignore" });
  readonly #ended = once(this.#child, "exit");

  constructor() {
    const identity = this.#child.pid === undefined ? undefined : identify(this.#child.pid);
    if (identity === undefined) throw new Error("no process could be started that hangs");
    this.identity = identity;
  }

  /** From now on it is stopped: SIGTERM does not end it. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Has it drive the run. */
  drive(folder: RunFolder): void {
    writeFileSync(folder.driver, JSON.stringify(this.identity));
  }

  /** Whether somebody has killed it. */
  async wasKilled(): Promise<boolean> {
    const late = new AbortController();
    const waited = sleep(KILLED_MS, false, { signal: late.signal }).catch(() => false);
    const killed = await Promise.race([this.#ended.then(() => true), waited]);
    late.abort();
    return killed;
  }

  dispose(): void {
    this.#child.kill("SIGKILL");
  }
}

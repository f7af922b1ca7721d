import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Clock } from "../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../tools/error.ts";
import { listFolder } from "../tools/files/local-files.ts";
import { RUN_ID_PATTERN, run12 } from "../model/run-id.ts";
import { heartbeatSchema, type Heartbeat } from "../inventory/sweep/heartbeat.ts";
import { EMPTY_LEDGER, ledgerSchema, type Ledger } from "../inventory/sweep/ledger.ts";
import { findJson, salvageJson, writeJson } from "../tools/files/json-file.ts";
import { LeaseBook, isLeaseHeld } from "../pipeline/lease/lease.ts";
import { LeaseWatch } from "../pipeline/lease/lease-watch.ts";
import { ownIdentity } from "../tools/process/process-identity.ts";

const RENEW_MS = 10_000;
/** How long one sweep waits for another of this folder. */
const WAIT_MS = 30 * 60_000;

/** Files of sweeps in `.refbench/sweep`. */
export class SweepFolder {
  readonly #path: string;
  readonly #clock: Clock;

  constructor(cwd: string, clock: Clock) {
    this.#path = join(cwd, ".refbench", "sweep");
    this.#clock = clock;
  }

  /** The stored ages. If they cannot be read, everything counts as seen for the first time. */
  async loadLedger(reportLine: (line: string) => void): Promise<Ledger> {
    try {
      return (await findJson(this.#file("ledger"), ledgerSchema)) ?? EMPTY_LEDGER;
    } catch (error) {
      reportLine(`${messageOf(error)}; ages are counted from now on`);
      return EMPTY_LEDGER;
    }
  }

  async saveLedger(ledger: Ledger): Promise<void> {
    await this.#write("ledger", ledger);
  }

  /** The stored heartbeat; undefined if it cannot be read: the check then fails, and the next pass writes one. */
  async findHeartbeat(): Promise<Heartbeat | undefined> {
    return salvageJson(this.#file("heartbeat"), heartbeatSchema);
  }

  async saveHeartbeat(heartbeat: Heartbeat): Promise<void> {
    await this.#write("heartbeat", heartbeat);
  }

  /** Runs `act` while no other sweep of this folder runs. `act` gets a function that checks that. */
  async alone<T>(
    act: (checkLease: () => Promise<void>) => Promise<T>,
    { reportLine, signal }: { reportLine: (line: string) => void; signal: AbortSignal },
  ): Promise<T> {
    const leases = join(this.#path, "lease");
    await mkdir(leases, { recursive: true, mode: 0o700 });
    const book = new LeaseBook(leases, this.#clock);
    const lease = await this.#acquire(book, reportLine, signal);
    for (const { name } of await listFolder(leases)) {
      if (Number.parseInt(name, 10) < lease.fence) await rm(join(leases, name), { force: true });
    }
    const renewal = setInterval(() => void book.renew(lease).catch(() => undefined), RENEW_MS);
    try {
      return await act(() => book.check(lease));
    } finally {
      clearInterval(renewal);
      await book.release(lease).catch(() => undefined);
    }
  }

  async #acquire(book: LeaseBook, reportLine: (line: string) => void, signal: AbortSignal) {
    const giveUpAt = this.#clock.elapsed() + WAIT_MS;
    const watch = new LeaseWatch(book, this.#clock, (message) =>
      reportLine(`waiting for another sweep: ${message}`),
    );
    for (let isReported = false; ; isReported = true) {
      try {
        return await book.acquire(ownIdentity());
      } catch (error) {
        if (!isLeaseHeld(error)) throw error;
      }
      const pid = (await watch.look()).lease?.holder.pid ?? 0;
      if (!isReported) reportLine(`waiting for another sweep (pid ${pid}) of this folder`);
      if (this.#clock.elapsed() >= giveUpAt) {
        throw new RefbenchError(
          "inventory",
          `another sweep (pid ${pid}) of this folder has not ended within 30 minutes: end that process, then sweep again`,
        );
      }
      await this.#clock.sleep(200, signal);
    }
  }

  #file(name: string): string {
    return join(this.#path, `${name}.json`);
  }

  async #write(name: string, value: unknown): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    await writeJson(this.#file(name), value);
  }
}

const anyEnvironment = z.object({ runId: z.string().regex(RUN_ID_PATTERN), managed: z.string() });

/**
 * The `run12` of each manual environment of this folder, because their networks carry no label. Throws
 * `run_folder` if one cannot be read: a sweep would otherwise take somebody's resources for leftovers.
 */
export async function listManualRuns(cwd: string, env: NodeJS.ProcessEnv): Promise<ReadonlySet<string>> {
  const roots = [".refbench/manual", ".refbench/twin/manual", env["REFBENCH_MANUAL_DIR"] ?? ""];
  const runs = new Set<string>();
  for (const root of roots.filter((each) => each !== "")) {
    for (const entry of await listFolder(resolve(cwd, root))) {
      if (entry.isFile()) continue;
      const found = await findJson(resolve(cwd, root, entry.name, "environment.json"), anyEnvironment);
      if (found?.managed === "manual") runs.add(run12(found.runId));
    }
  }
  return runs;
}

import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { clientEnvironment } from "./client-environment.ts";
import type { ConnectOptions, ConnectOutcome } from "../connect.ts";
import { openLoopback } from "./loopback.ts";
import { openSsh } from "./ssh.ts";
import type { SshNames } from "./ssh-target.ts";
import { STDIO_SESSION_MIB } from "./stdio-memory.ts";
import { openStdioSession } from "./stdio-session.ts";

/** The rest is for other programs. */
const SHARE_OF_FREE_MEMORY = 0.8;

type Deployment = LoadTask["deployment"];

export type SshOptions = ConnectOptions & {
  readonly names: SshNames;
};

/** How SSH reaches workspaces: a tunnel, or a limited number of processes. */
export interface SshDoor {
  /** The most sessions at once; Infinity if each is only a connection. */
  readonly sessions: number;
  /** Why there are no more sessions, in words. */
  readonly bound: string | undefined;
  /** Opens a session; `onTurn` is called once there is a place for it, at once where places have no limit. */
  open(options: SshOptions, onTurn?: () => void): Promise<ConnectOutcome>;
  /** Ends running sessions and removes all files. */
  close(): Promise<void>;
}

/** The way to workspaces by SSH that a task asks for; what it writes lies in the folder. */
export function sshDoor(deployment: Deployment, folder = tmpdir()): SshDoor {
  if (deployment.ssh === "stdio") return new StdioDoor(deployment, folder);
  return { sessions: Infinity, bound: undefined, open: openSsh, close: () => Promise.resolve() };
}

/** How many sessions of `coder ssh --stdio` this machine has memory for now. */
export function stdioSessionsThatFit(): number {
  return Math.max(
    1,
    Math.floor((process.availableMemory() * SHARE_OF_FREE_MEMORY) / (STDIO_SESSION_MIB * 2 ** 20)),
  );
}

class StdioDoor implements SshDoor {
  readonly sessions: number;
  readonly bound: string;
  readonly #binary: string;
  readonly #way: Promise<Way>;
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<{ end: () => void; gone: Promise<void> }>();
  #isClosed = false;
  #taken = 0;
  #opened = 0;

  constructor(deployment: Deployment, folder: string) {
    this.#binary = checkedBinary(deployment.coderBinary);
    this.sessions = deployment.stdioSessions ?? stdioSessionsThatFit();
    this.bound = `at most ${this.sessions} sessions of coder ssh --stdio at once, ${STDIO_SESSION_MIB} MiB each`;
    this.#folder = mkdtempSync(join(folder, "refbench-ssh-"));
    this.#way = wayTo(deployment, this.#folder);
    // Told by the first session that takes it.
    this.#way.catch(() => undefined);
  }

  async open(options: SshOptions, onTurn?: () => void): Promise<ConnectOutcome> {
    if (this.#taken >= this.sessions) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken++;
    onTurn?.();
    const way = await this.#way;
    if (this.#isClosed) return { state: "failed", why: "lost", message: "ended before it was begun" };
    return new Promise((resolve) => {
      const process: { end: () => void; gone: Promise<void> } = {
        end: () => undefined,
        gone: Promise.resolve(),
      };
      this.#running.add(process);
      process.gone = new Promise((exited) => {
        const opening = openStdioSession({
          ...options,
          binary: this.#binary,
          env: way.env,
          exhausted: () => way.exhausted(),
          folder: join(this.#folder, String(this.#opened++)),
          onStart: (end) => (process.end = end),
          onExit: exited,
        });
        void opening.then(resolve);
      });
      void process.gone.then(() => {
        this.#running.delete(process);
        const next = this.#waiting.shift();
        if (next === undefined) this.#taken--;
        else next();
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    const running = [...this.#running];
    for (const process of running) process.end();
    await Promise.all(running.map(({ gone }) => gone));
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#way.then(
      (way) => way.close(),
      () => undefined,
    );
  }
}

/** How processes of Coder's client reach the deployment. */
interface Way {
  readonly env: Readonly<Record<string, string>>;
  /** The resource of this machine that it ran out of, if any. */
  exhausted(): string | undefined;
  close(): void;
}

/**
 * The client takes a server's name only from its URL. If the certificate has another name, a port of
 * `localhost` leads to the server.
 */
async function wayTo(deployment: Deployment, folder: string): Promise<Way> {
  if (deployment.serverName === undefined || deployment.proxy !== undefined)
    return {
      env: clientEnvironment(deployment, folder),
      exhausted: () => undefined,
      close: () => undefined,
    };
  const loopback = await openLoopback(deployment.url);
  return {
    env: clientEnvironment({ ...deployment, url: loopback.url }, folder),
    exhausted: () => loopback.exhausted(),
    close: () => loopback.close(),
  };
}

function checkedBinary(binary: string | undefined): string {
  const next = "give the coder program of the deployment's version";
  if (binary === undefined)
    throw new RefbenchError("usage", `SSH over coder ssh --stdio needs a coder program: ${next}`);
  try {
    accessSync(binary, constants.X_OK);
  } catch (error) {
    throw new RefbenchError("usage", `${binary} is no program that can be run: ${next}`, { cause: error });
  }
  return binary;
}

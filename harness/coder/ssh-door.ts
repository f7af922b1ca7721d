import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../model/error.ts";
import type { LoadTask } from "../model/shard-task.ts";
import type { ConnectOptions, ConnectOutcome } from "./connect.ts";
import { openSsh } from "./ssh.ts";
import { openStdioSession } from "./stdio-session.ts";

/** What one `coder ssh --stdio` takes for itself, as measured. */
export const STDIO_SESSION_MIB = 24;

/** The rest is for what else runs here. */
const SHARE_OF_FREE_MEMORY = 0.8;

type Deployment = LoadTask["deployment"];

export type SshOptions = ConnectOptions & {
  /** `<owner>/<workspace>[.<agent>]`. */
  readonly target: string;
};

/** How SSH reaches workspaces: a tunnel, or processes of which only so many fit. */
export interface SshDoor {
  /** Sessions at once; Infinity where each is but a connection. */
  readonly sessions: number;
  /** Why there are no more sessions, in words. */
  readonly bound: string | undefined;
  open(options: SshOptions): Promise<ConnectOutcome>;
  /** Ends what still runs and leaves no file behind. */
  close(): Promise<void>;
}

/** The way to workspaces by SSH that a task asks for. */
export function sshDoor(deployment: Deployment): SshDoor {
  if (deployment.ssh === "stdio") return new StdioDoor(deployment);
  return { sessions: Infinity, bound: undefined, open: openSsh, close: () => Promise.resolve() };
}

/** How many sessions of `coder ssh --stdio` this machine has memory for now. */
export function stdioSessionsThatFit(): number {
  return Math.max(1, Math.floor((freemem() * SHARE_OF_FREE_MEMORY) / (STDIO_SESSION_MIB * 2 ** 20)));
}

class StdioDoor implements SshDoor {
  readonly sessions: number;
  readonly bound: string;
  readonly #binary: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<{ end: () => void; gone: Promise<void> }>();
  #taken = 0;
  #opened = 0;

  constructor(deployment: Deployment) {
    this.#binary = checkedBinary(deployment.coderBinary);
    const fitting = stdioSessionsThatFit();
    this.sessions = deployment.stdioSessions ?? fitting;
    const reason =
      deployment.stdioSessions === undefined
        ? `${STDIO_SESSION_MIB} MiB each fit in free memory`
        : "as asked";
    this.bound = `at most ${this.sessions} sessions of coder ssh --stdio at once, ${reason}`;
    this.#folder = mkdtempSync(join(tmpdir(), "refbench-ssh-"));
    this.#env = environmentOf(deployment, this.#folder);
  }

  async open(options: SshOptions): Promise<ConnectOutcome> {
    if (this.#taken >= this.sessions) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken++;
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
          env: this.#env,
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
    this.#waiting.length = 0;
    const running = [...this.#running];
    for (const process of running) process.end();
    await Promise.all(running.map(({ gone }) => gone));
    rmSync(this.#folder, { recursive: true, force: true });
  }
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

/** Coder's client is told by its environment; nothing of this process's own comes along but where programs are. */
function environmentOf(deployment: Deployment, folder: string): Record<string, string> {
  const { url, headers = {}, caPem, proxy } = deployment;
  const pairs = Object.entries(headers).map(
    ([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`,
  );
  const caFile = join(folder, "ca.pem");
  if (caPem !== undefined) writeFileSync(caFile, caPem);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CODER_URL: url,
    CODER_NO_VERSION_WARNING: "true",
    CODER_NO_FEATURE_WARNING: "true",
    ...(pairs.length === 0 ? {} : { CODER_HEADER: pairs.join(",") }),
    ...(caPem === undefined ? {} : { SSL_CERT_FILE: caFile }),
    ...(proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
  };
}

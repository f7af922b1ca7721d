import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import type { ConnectOutcome } from "./connect.ts";
import { openSshShell } from "./ssh-shell.ts";

const KEPT_STDERR = 2_000;
const KILL_AFTER_MS = 3_000;

/** How Coder's client tells how its bytes travel; its own default is five seconds. */
const PATH_EVERY = "2s";

export interface StdioSessionOptions {
  /** The `coder` program. */
  readonly binary: string;
  /** `<owner>/<workspace>[.<agent>]`. */
  readonly target: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  /** A folder of this session alone. */
  readonly folder: string;
  readonly connectMs: number;
  /** Told how to end the process before its time. */
  readonly onStart: (end: () => void) => void;
  /** Told once the process is gone. */
  readonly onExit: () => void;
}

/** Opens SSH over the stdio of `coder ssh --stdio`, a process of its own that ends with the session, by its own pid. */
export function openStdioSession(options: StdioSessionOptions): Promise<ConnectOutcome> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const child = spawn(options.binary, argumentsOf(options), {
    // The token is in the environment: what is on a command line everybody on the machine reads.
    env: { ...options.env, CODER_SESSION_TOKEN: options.token },
    stdio: ["pipe", "pipe", "pipe"],
    // A Ctrl-C is for the program that the user runs; this one ends with its stdin.
    detached: true,
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => (stderr = (stderr + bytes.toString()).slice(-KEPT_STDERR)));
  child.stdin.on("error", () => undefined);
  let isGone = false;
  const destroy = (): void => {
    if (isGone) return;
    child.kill("SIGTERM");
    setTimeout(() => isGone || child.kill("SIGKILL"), KILL_AFTER_MS).unref();
  };
  options.onStart(destroy);
  return openSshShell(
    {
      begin: (_session, on) => {
        const ended = (how: string): void => {
          if (isGone) return;
          isGone = true;
          const said = stderr.replaceAll(options.token, "***").trim();
          const message = `coder ssh ${options.target} ${how}${said === "" ? "" : `: ${said}`}`;
          const signedOut = /not logged in|signed out|session has expired|401/i.test(said);
          on.failure({ state: "failed", why: "refused", message, ...(signedOut ? { status: 401 } : {}) });
          options.onExit();
        };
        child.on("error", (error) => ended(`could not be started: ${error.message}`));
        child.on("close", (code, signal) =>
          ended(`ended with ${signal ?? `exit code ${code ?? "unknown"}`}`),
        );
        // Its end comes with the process's, which says why.
        const output = child.stdout.pipe(new PassThrough(), { end: false });
        child.on("close", () => output.end());
        // A pipe between: the program's own stdin closes a moment before it can say why.
        const input = new PassThrough();
        input.pipe(child.stdin);
        input.on("close", () => child.stdin.end());
        on.stream(Duplex.from({ readable: output, writable: input }));
      },
      destroy,
      path: () => readPath(options.folder),
    },
    options.connectMs,
  );
}

function argumentsOf({ target, folder }: StdioSessionOptions): string[] {
  const config = ["--global-config", join(folder, "config")];
  const network = ["--network-info-dir", folder, "--network-info-interval", PATH_EVERY];
  return [...config, "ssh", "--stdio", "--wait", "no", "--disable-autostart", ...network, target];
}

/** As the client itself wrote it; undefined while it has not. */
async function readPath(folder: string): Promise<"relayed" | "direct" | undefined> {
  try {
    const file = (await readdir(folder)).find((name) => name.endsWith(".json"));
    if (file === undefined) return undefined;
    const info: unknown = JSON.parse(await readFile(join(folder, file), "utf8"));
    if (typeof info !== "object" || info === null || !("p2p" in info)) return undefined;
    return info.p2p === true ? "direct" : "relayed";
  } catch {
    return undefined;
  }
}

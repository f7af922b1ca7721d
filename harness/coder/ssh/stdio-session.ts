import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Duplex, PassThrough, type Readable, type Writable } from "node:stream";
import { messageOf } from "../../tools/error.ts";
import type { ConnectFailure, ConnectOutcome } from "../connect.ts";
import { exhaustedBy, exhaustedSaid } from "../http/exhausted.ts";
import { openSshShell } from "./ssh-shell.ts";
import { type SshNames, sshTarget } from "./ssh-target.ts";
import { parseJson } from "../../tools/parse-json.ts";

const KEPT_STDERR = 2_000;
const KILL_AFTER_MS = 3_000;

/** How often Coder's client reports the path of its bytes; its own default is five seconds. */
const PATH_EVERY = "2s";

export interface StdioSessionOptions {
  /** The `coder` program. */
  readonly binary: string;
  readonly names: SshNames;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  /** A folder of this session alone. */
  readonly folder: string;
  readonly connectMs: number;
  /** The resource of this machine that the connection to the deployment ran out of, if any. */
  readonly exhausted?: () => string | undefined;
  /** Told how to end the process before its time. */
  readonly onStart: (end: () => void) => void;
  /** Told once the process is gone. */
  readonly onExit: () => void;
}

/** Opens SSH over the stdio of `coder ssh --stdio`, a separate process that ends with the session, by its pid. */
export function openStdioSession(options: StdioSessionOptions): Promise<ConnectOutcome> {
  const named = sshTarget(options.names);
  if ("problem" in named) {
    options.onExit();
    return Promise.resolve({ state: "failed", why: "refused", message: named.problem });
  }
  const { target } = named;
  const child = startClient(options, target);
  if ("why" in child) {
    options.onExit();
    return Promise.resolve(child);
  }
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => (stderr = (stderr + bytes.toString()).slice(-KEPT_STDERR)));
  child.stdin.on("error", () => undefined);
  let isGone = false;
  let isKilledByUs = false;
  const destroy = (): void => {
    if (isGone) return;
    child.kill("SIGTERM");
    setTimeout(() => {
      if (isGone) return;
      isKilledByUs = true;
      child.kill("SIGKILL");
    }, KILL_AFTER_MS).unref();
  };
  options.onStart(destroy);
  return openSshShell(
    {
      begin: (_session, on) => {
        const ended = (how: string, lacked?: string): void => {
          if (isGone) return;
          isGone = true;
          const output = stderr.replaceAll(options.token, "***").trim();
          const exhausted = lacked ?? exhaustedSaid(output) ?? options.exhausted?.();
          on.failure(describeEnd(`coder ssh ${target} ${how}`, output, exhausted));
          options.onExit();
        };
        child.on("error", (error) => ended(`could not be started: ${error.message}`, exhaustedBy(error)));
        child.on("close", (code, signal) => {
          const how = `ended with ${signal ?? `exit code ${code ?? "unknown"}`}`;
          // Nobody else kills it so but a kernel without memory.
          const isKilled = signal === "SIGKILL" && !isKilledByUs;
          ended(how, isKilled ? "the generator's machine ran out of memory (SIGKILL)" : undefined);
        });
        on.stream(streamOf(child));
      },
      destroy,
      path: () => readPath(options.folder),
      pid: child.pid,
    },
    options.connectMs,
  );
}

/** The failure of a session whose process ended, with what it printed on stderr. */
function describeEnd(what: string, output: string, exhausted: string | undefined): ConnectFailure {
  const message = `${what}${output === "" ? "" : `: ${output}`}`;
  if (exhausted !== undefined)
    return { state: "failed", why: "exhausted", message: `${exhausted}: ${message}` };
  const isSignedOut = /not logged in|signed out|session has expired|401/i.test(output);
  return { state: "failed", why: "refused", message, ...(isSignedOut ? { status: 401 } : {}) };
}

/** The process's stdio as one stream. */
function streamOf(child: Client): Duplex {
  // Its end comes with the process's, which explains it.
  const output = child.stdout.pipe(new PassThrough(), { end: false });
  child.on("close", () => output.end());
  // A pipe between, because the program's own stdin closes a moment before the program can explain its end.
  const input = new PassThrough();
  input.pipe(child.stdin);
  input.on("close", () => child.stdin.end());
  return Duplex.from({ readable: output, writable: input });
}

type Client = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts Coder's client; what this machine cannot start is a failure of the connection, and a value. */
function startClient(options: StdioSessionOptions, target: string): Client | ConnectFailure {
  try {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const child: ChildProcess = spawn(options.binary, argumentsOf(options, target), {
      // The token is in the environment: what is on a command line everybody on the machine reads.
      env: { ...options.env, CODER_SESSION_TOKEN: options.token },
      stdio: ["pipe", "pipe", "pipe"],
      // A Ctrl-C is for the program that the user runs; this one ends with its stdin.
      detached: true,
    });
    if (isWhole(child)) return child;
    // Node creates no pipes when no file can be opened, and reports the reason later.
    child.on("error", () => undefined);
    return notStarted(target, exhaustedBy(Object.assign(new Error(), { code: "EMFILE" })) ?? "");
  } catch (error) {
    return notStarted(target, exhaustedBy(error) ?? messageOf(error), exhaustedBy(error) === undefined);
  }
}

/** Typed as having its pipes, which it has not where none could be made. */
function isWhole(child: ChildProcess): child is Client {
  return Boolean(child.stdin) && Boolean(child.stdout) && Boolean(child.stderr);
}

function notStarted(target: string, reason: string, isOther = false): ConnectFailure {
  const message = `${reason}: coder ssh ${target} could not be started`;
  return { state: "failed", why: isOther ? "refused" : "exhausted", message };
}

function argumentsOf({ folder }: StdioSessionOptions, target: string): string[] {
  const config = ["--global-config", join(folder, "config")];
  const network = ["--network-info-dir", folder, "--network-info-interval", PATH_EVERY];
  return [...config, "ssh", "--stdio", "--wait", "no", "--disable-autostart", ...network, "--", target];
}

/** As the client itself wrote it; undefined while it has not. */
async function readPath(folder: string): Promise<"relayed" | "direct" | undefined> {
  try {
    const file = (await readdir(folder)).find((name) => name.endsWith(".json"));
    if (file === undefined) return undefined;
    const info: unknown = parseJson(await readFile(join(folder, file), "utf8"));
    if (typeof info !== "object" || info === null || !("p2p" in info)) return undefined;
    return info.p2p === true ? "direct" : "relayed";
  } catch {
    return undefined;
  }
}

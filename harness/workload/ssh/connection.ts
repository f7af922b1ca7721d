import { createHash } from "node:crypto";
import { Client } from "ssh2";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { knownHost } from "./host-keys.ts";
import { OutOfReach } from "../remote/out-of-reach.ts";
import { openTunnel, type Tunnel } from "./tunnel.ts";

const READY_TIMEOUT_MS = 30_000;
const KEEPALIVE_MS = 10_000;
const KEEPALIVES_MISSED = 3;

/** An open SSH connection to a runner through its tunnel. */
export interface RunnerConnection extends Disposable {
  readonly client: Client;
  /** Waits for something on this connection. Throws if the connection is lost first. */
  readonly whileUp: <T>(wanted: Promise<T>) => Promise<T>;
  /** Gives up the connection, so that the next one is made. */
  readonly drop: (reason: string) => void;
}

/**
 * Connects to a runner. Throws `OutOfReach` if the machine or the tunnel is not ready. Throws a
 * `RefbenchError` if a retry cannot help: the host is not the runner, or the key is unreadable.
 */
export async function connectRunner(access: RunnerAccess, signal: AbortSignal): Promise<RunnerConnection> {
  const known = knownHost(await readHostKeys(access, signal));
  signal.throwIfAborted();
  const tunnel = openTunnel(access.tunnel);
  const client = new Client();
  let stranger: Buffer | undefined;
  let onAbort = (): void => undefined;
  let drop: RunnerConnection["drop"] = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    const lose = (reason: string): void =>
      void tunnel.hasSpoken().then(() => reject(new OutOfReach(withTunnelOutput(reason, tunnel))));
    client.on("error", (error) => lose(describeError(error, access)));
    client.on("close", () => lose("the SSH connection closed"));
    onAbort = () => reject(signal.reason as Error);
    drop = (reason) => {
      reject(new OutOfReach(reason));
      client.destroy();
    };
    signal.addEventListener("abort", onAbort);
  });
  lost.catch(() => undefined);
  const whileUp = <T>(wanted: Promise<T>): Promise<T> => Promise.race([wanted, lost]);
  const close = (): void => {
    signal.removeEventListener("abort", onAbort);
    client.destroy();
    tunnel[Symbol.dispose]();
  };
  try {
    const ready = new Promise<void>((resolve) => client.once("ready", () => resolve()));
    client.connect({
      sock: tunnel.stream,
      username: access.user,
      privateKey: access.privateKey,
      authHandler: ["publickey"],
      algorithms: { serverHostKey: known.algorithms },
      hostVerifier: (shown: Buffer) => {
        if (known.isKnown(shown)) return true;
        stranger = shown;
        return false;
      },
      readyTimeout: READY_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MISSED,
    });
    await whileUp(ready);
    return { client, whileUp, drop, [Symbol.dispose]: close };
  } catch (error) {
    close();
    if (tunnel.isUnknown()) throw noTunnel(access);
    throw stranger === undefined ? keyErrorOr(error, access) : notTheRunner(access, stranger);
  }
}

async function readHostKeys(access: RunnerAccess, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await access.hostKeys(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new OutOfReach(`its host keys are not known yet: ${messageOf(error)}`, { cause: error });
  }
}

function notTheRunner({ name }: RunnerAccess, shown: Buffer): RefbenchError {
  const print = `SHA256:${createHash("sha256").update(shown).digest("base64").replace(/=+$/, "")}`;
  return new RefbenchError(
    "worker",
    `the server at ${name} has the host key ${print}, which is none of those that the machine reported to its cloud: nothing was sent to it; find out what is between, then run again`,
  );
}

function noTunnel({ name, tunnel }: RunnerAccess): RefbenchError {
  return new RefbenchError(
    "worker",
    `the tunnel to ${name} needs the command ${tunnel.command}, which is not installed: install it and run again`,
  );
}

/** Replaces ssh2's error for an unreadable key, which is final. Its message does not quote the key. */
function keyErrorOr(error: unknown, { name }: RunnerAccess): unknown {
  if (!(error instanceof Error) || error instanceof OutOfReach) return error;
  if (!error.message.includes("privateKey")) return error;
  return new RefbenchError("worker", `the run's SSH key for ${name} cannot be read: ${error.message}`);
}

function describeError(error: Error, { user }: RunnerAccess): string {
  const isRefused = "level" in error && error.level === "client-authentication";
  return isRefused ? `the runner refused the run's key for the user ${user}` : error.message;
}

function withTunnelOutput(reason: string, tunnel: Tunnel): string {
  const words = tunnel.words();
  return words === "" ? reason : `${reason}; the tunnel's output: ${words}`;
}

import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { V1Status } from "@kubernetes/client-node";
import { HttpsProxyAgent } from "https-proxy-agent";
import { WebSocket } from "ws";
import { messageOf } from "../tools/error.ts";
import { readUpTo } from "../tools/exchange.ts";
import { parseJson } from "../tools/parse-json.ts";
import type { ClusterAccess, ClusterLogin } from "./access.ts";

/** In the order of preference; only version 5 can end the stdin of a program. */
const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const CLOSE_CHANNEL = 255;
const HANDSHAKE_TIMEOUT_MS = 30_000;
const PING_MS = 10_000;
const PINGS_MISSED = 3;
/** The API server sends at most 32 KiB at a time. */
const MAX_MESSAGE_BYTES = 2 ** 20;
const MAX_REFUSAL_BYTES = 64 * 2 ** 10;
/** The output that is kept for a slow reader; beyond it, the connection is not read. */
const KEPT_BYTES = 256 * 2 ** 10;

/** A container, and the program to run in it. */
export interface PodCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly [string, ...string[]];
}

/** How a program ended: with an exit code, or why it has none. */
export type PodExit = { readonly code: number } | { readonly reason: string };

/** A program in a pod, over one connection. Disposing closes the connection, which ends the program's stdin. */
export interface PodProcess extends Disposable {
  readonly stdin: Writable;
  /** Output ends with the program, or is destroyed with a `PodConnectionError` when the connection is lost. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects with a `PodConnectionError` when the connection is lost before the program's end is known. */
  readonly ended: Promise<PodExit>;
}

/** The API server refused to connect to a container, or the connection was lost. */
export class PodConnectionError extends Error {
  /** The status of a refusal, such as 404 for a pod that has gone; absent when the connection was lost. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/**
 * Runs a program in a running container. Secrets belong on its stdin, because the API server logs the command. An
 * abort closes the connection.
 * @throws PodConnectionError, or the signal's reason
 */
export async function execInPod(
  access: ClusterAccess,
  { namespace, pod, container, command }: PodCommand,
  signal: AbortSignal,
): Promise<PodProcess> {
  signal.throwIfAborted();
  const { Exec, KubeConfig } = await import("@kubernetes/client-node");
  const login = await logIn(access);
  signal.throwIfAborted();
  const stdin = new PassThrough();
  const stdout = new PassThrough({ highWaterMark: KEPT_BYTES });
  const stderr = new PassThrough({ highWaterMark: KEPT_BYTES });
  const connection = new Connection([stdin, stdout, stderr], signal);
  const connect = (path: string, _text: unknown, onBytes: OnBytes): Promise<never> =>
    connection.open(
      new URL(`${access.server.replace(/^http/, "ws")}${path}`),
      login,
      onBytes,
    ) as Promise<never>;
  try {
    await new Exec(new KubeConfig(), { connect }).exec(
      namespace,
      pod,
      container,
      [...command],
      stdout,
      stderr,
      stdin,
      false,
      (status) => connection.end(exitOf(status)),
    );
  } catch (error) {
    connection[Symbol.dispose]();
    signal.throwIfAborted();
    throw error;
  }
  return {
    ...{ stdin, stdout, stderr, ended: connection.ended },
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

/** Handles one message. Returns false once the connection can be closed. */
type OnBytes = (stream: number, bytes: Buffer) => boolean;

/** One websocket with the streams that it carries. */
class Connection implements Disposable {
  readonly ended: Promise<PodExit>;
  readonly #streams: readonly [PassThrough, PassThrough, PassThrough];
  readonly #signal: AbortSignal;
  /** Rejects once the connection is lost. */
  readonly #lost: Promise<never>;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (exit: PodExit) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #hasEnded = false;

  constructor(streams: readonly [PassThrough, PassThrough, PassThrough], signal: AbortSignal) {
    this.#streams = streams;
    this.#signal = signal;
    // A stream that is written to after its end must not crash this process.
    for (const stream of streams) stream.on("error", () => undefined);
    const exited = new Promise<PodExit>((resolve) => (this.#resolve = resolve));
    this.#lost = new Promise((_, reject) => (this.#reject = reject));
    this.ended = Promise.race([exited, this.#lost]);
    this.ended.catch(() => undefined);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Resolves once the connection is open. */
  async open(url: URL, { headers, tls, proxyUrl }: ClusterLogin, onBytes: OnBytes): Promise<WebSocket> {
    const socket = new WebSocket(url, PROTOCOLS, {
      ...{ headers, ...tls },
      ...(proxyUrl === undefined ? {} : { agent: new HttpsProxyAgent(proxyUrl, { ...tls }) }),
      ...{ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    });
    this.#socket = socket;
    let isRefused = false;
    socket.on("unexpected-response", (_request, response) => {
      isRefused = true;
      void readRefusal(response).then((error) => this.#lose(error));
    });
    const lose = (message: string, cause?: unknown): void => {
      // The reason of a refusal is being read.
      if (!isRefused) this.#lose(new PodConnectionError(message, { cause }));
    };
    socket.on("error", (error) => lose(error.message, error));
    socket.on("close", () => lose("the connection closed"));
    socket.on("message", (data: Buffer, isBinary) => {
      const channel = data[0];
      // Streams end with the program's exit.
      if (!isBinary || channel === undefined || channel === CLOSE_CHANNEL) return;
      if (!onBytes(channel, data.subarray(1))) socket.close();
      this.#holdBack(socket);
    });
    const isOpen = new Promise<void>((resolve) => socket.once("open", () => resolve()));
    await Promise.race([isOpen, this.#lost]);
    this.#watch(socket);
    return socket;
  }

  /** The program has ended. */
  end(exit: PodExit): void {
    this.#hasEnded = true;
    this.#resolve(exit);
  }

  [Symbol.dispose](): void {
    this.#lose(new PodConnectionError("the connection was closed here"));
    this.#socket?.close();
    // A server that does not answer the close must not keep it open.
    this.#socket?.terminate();
  }

  readonly #onAbort = (): void => {
    this.#lose(new PodConnectionError("stopped", { cause: this.#signal.reason }));
    this.#socket?.terminate();
  };

  #lose(error: PodConnectionError): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#reject(error);
    for (const stream of this.#streams) if (!this.#hasEnded) stream.destroy(error);
  }

  /** Stops reading the connection while the program's output is not read. */
  #holdBack(socket: WebSocket): void {
    const full = this.#streams.find((stream) => stream.writableNeedDrain);
    if (full === undefined || socket.isPaused) return;
    socket.pause();
    full.once("drain", () => socket.resume());
  }

  /** A connection whose other end no longer answers is lost, even if nothing closes it. */
  #watch(socket: WebSocket): void {
    let missed = 0;
    socket.on("pong", () => (missed = 0));
    this.#timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      // A paused connection reads no pongs.
      if (!socket.isPaused) missed += 1;
      if (missed <= PINGS_MISSED) {
        socket.ping();
        return;
      }
      this.#lose(new PodConnectionError(`nothing arrived for ${(PING_MS * PINGS_MISSED) / 1000} s`));
      socket.terminate();
    }, PING_MS);
  }
}

async function logIn(access: ClusterAccess): Promise<ClusterLogin> {
  try {
    return await access.login();
  } catch (cause) {
    throw new PodConnectionError(messageOf(cause), { status: 401, cause });
  }
}

async function readRefusal(response: IncomingMessage): Promise<PodConnectionError> {
  const status = response.statusCode ?? 0;
  response.setTimeout(HANDSHAKE_TIMEOUT_MS, () => response.destroy());
  try {
    const { message } = parseJson((await readUpTo(response, MAX_REFUSAL_BYTES, status)).toString()) as {
      message?: unknown;
    };
    if (typeof message === "string") return new PodConnectionError(`${message} (${status})`, { status });
  } catch {
    // A proxy may answer with a page instead.
  }
  return new PodConnectionError(`the API server answered ${status}`, { status });
}

function exitOf({ status, reason, message, details }: V1Status): PodExit {
  if (status === "Success") return { code: 0 };
  const code = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  return code === undefined ? { reason: message ?? reason ?? "no reason given" } : { code: Number(code) };
}

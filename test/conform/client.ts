import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { Played } from "./compare.ts";
import { keyOf } from "./compare.ts";

type Json = ReturnType<JSON["parse"]>;

/** A build on a slow server may take minutes; nothing waits longer. */
const SOCKET_MS = 300_000;

interface FollowOptions {
  /** Websocket subprotocol to ask for. */
  readonly protocol?: string;
  /** How long to wait for the server to close what it has no reason to. */
  readonly holdMs?: number;
}

/** Asks the server under test and keeps the first answer of each situation. */
export class ConformClient {
  readonly played = new Map<string, Played>();
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Sends a request whose answer plays the recorded exchange `template` with that status. */
  async play(
    method: string,
    template: string,
    path: string,
    body?: unknown,
    options: { readonly token?: string; readonly type?: string } = {},
  ): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        "coder-session-token": options.token ?? this.#token,
        "x-coder-bypass-ratelimit": "true",
        "content-type": options.type ?? "application/json",
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: Json = /^[[{]/.test(text) ? JSON.parse(text) : text;
    const key = keyOf({ method, path: template, status: response.status });
    if (!this.played.has(key)) this.played.set(key, { status: response.status, body: json });
    return { status: response.status, json };
  }

  /** Opens a websocket and waits for its end; the status is 101 once it opened. */
  async follow(
    template: string,
    path: string,
    { protocol, holdMs = SOCKET_MS }: FollowOptions = {},
  ): Promise<void> {
    const status = await new Promise<number>((resolve) => {
      const socket = new WebSocket(`${this.#url.replace(/^http/, "ws")}${path}`, protocol ?? [], {
        headers: { cookie: `coder_session_token=${this.#token}` },
      });
      let opened = 0;
      const timer = setTimeout(() => socket.terminate(), holdMs);
      socket.on("open", () => {
        opened = 101;
        if (path.includes("command=dd")) socket.send(Buffer.from(JSON.stringify({ data: "\u0003" })));
      });
      socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(opened);
      });
      socket.on("error", () => undefined);
    });
    const query = path.split("?")[1] ?? "";
    this.played.set(keyOf({ method: "WS", path: template, query }), { status, body: undefined });
  }

  /** Opens a terminal that runs `command`. */
  async terminal(agentId: string, command: string): Promise<void> {
    const query = new URLSearchParams({ command, height: "24", reconnect: randomUUID(), width: "80" });
    await this.follow(
      "/api/v2/workspaceagents/{uuid}/pty",
      `/api/v2/workspaceagents/${agentId}/pty?${query.toString()}`,
    );
  }
}

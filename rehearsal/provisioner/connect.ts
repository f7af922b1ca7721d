import { setTimeout as delay } from "node:timers/promises";
import WebSocket from "ws";
import type { ProvisionerConfig, ProvisionerReady } from "./config.ts";

/** How long a container waits until its kubelet starts it again: the mean of the first back-offs. */
const AGAIN_MS = 10_000;

/** External provisioners that are connected to an emulated Coder, or try to. */
export interface Provisioners {
  readonly ready: ProvisionerReady;
  /** Ends their connections. */
  readonly close: () => void;
}

/** Connects every provisioner, and again whenever its connection ends. Resolves once each has tried. */
export async function connectProvisioners(config: ProvisionerConfig): Promise<Provisioners> {
  const { names, lost } = config;
  const ended = new AbortController();
  const sockets = new Set<WebSocket>();
  const first = await Promise.all(
    names.map(async (name, index) => {
      const isLost = lost !== undefined && index < lost.count;
      if (isLost && lost.afterMs === undefined) return { refused: "planned" };
      const attempt = await connect(config, name, sockets);
      if (isLost && "socket" in attempt) loseAfter(attempt.socket, lost.afterMs ?? 0, ended.signal);
      else void keepConnected(config, name, attempt, { sockets, signal: ended.signal });
      return attempt;
    }),
  );
  const refused = first.flatMap((attempt) => ("refused" in attempt ? [attempt.refused] : []))[0];
  return {
    ready: {
      pid: process.pid,
      connected: sockets.size,
      ...(refused === undefined ? {} : { refused }),
    },
    close: () => {
      ended.abort();
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** Cuts a connection once and for all, as when the node of a pod is lost. */
function loseAfter(socket: WebSocket, afterMs: number, signal: AbortSignal): void {
  delay(afterMs, undefined, { signal }).then(
    () => socket.terminate(),
    () => undefined,
  );
}

type Attempt = { readonly socket: WebSocket } | { readonly refused: string };

function connect({ url, key }: ProvisionerConfig, name: string, sockets: Set<WebSocket>): Promise<Attempt> {
  const path = `/api/v2/organizations/default/provisionerdaemons/serve?name=${encodeURIComponent(name)}`;
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`, {
    headers: { "coder-provisioner-daemon-key": key },
    perMessageDeflate: false,
    // The twin's Coder answers at an address that no certificate names.
    rejectUnauthorized: false,
  });
  return new Promise((resolve) => {
    socket.once("open", () => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      resolve({ socket });
    });
    socket.on("error", (error) => resolve({ refused: error.message }));
  });
}

async function keepConnected(
  config: ProvisionerConfig,
  name: string,
  first: Attempt,
  { sockets, signal }: { readonly sockets: Set<WebSocket>; readonly signal: AbortSignal },
): Promise<void> {
  let attempt = first;
  for (;;) {
    if ("socket" in attempt && attempt.socket.readyState === WebSocket.OPEN) {
      const { socket } = attempt;
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await delay(AGAIN_MS / config.speed, undefined, { signal }).catch(() => undefined);
    if (isEnded(signal)) return;
    attempt = await connect(config, name, sockets);
  }
}

/** Another turn of the event loop may have aborted it. */
function isEnded({ aborted }: AbortSignal): boolean {
  return aborted;
}

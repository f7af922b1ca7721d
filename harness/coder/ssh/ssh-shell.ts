import type { Duplex } from "node:stream";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import type { ConnectFailure, ConnectOutcome } from "../connect.ts";
import { ShellSession } from "../shell-session.ts";

/** The cheapest cipher to measure with; the others only for servers without it. */
const CIPHERS = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"] as const;

/** Likewise: Node exports and imports the keys of curve25519 as DER, which costs it ten times the exchange itself. */
const KEY_EXCHANGES = ["ecdh-sha2-nistp256", "curve25519-sha256", "curve25519-sha256@libssh.org"] as const;

/** How long the other side may take to answer the disconnect. */
const CLOSE_GRACE_MS = 2000;

/** The transport of the raw SSH stream. */
export interface SshCarrier {
  /** Starts it. Reports the stream once it exists, or a failure, also a later one. */
  begin(
    session: ShellSession,
    on: { readonly stream: (stream: Duplex) => void; readonly failure: (failure: ConnectFailure) => void },
  ): void;
  /** Asks for a sign of life; undefined when only the shell itself can give one. */
  ping?(): void;
  destroy(): void;
  path?(): Promise<"relayed" | "direct" | undefined>;
  /** The process that carries it, if there is one. */
  readonly pid?: number | undefined;
}

const CONNECT_OPTIONS = {
  username: "coder",
  authHandler: ["none"],
  // No host key can be compared: the transport is Coder's own connection.
  hostVerifier: () => true,
  algorithms: { kex: [...KEY_EXCHANGES], cipher: [...CIPHERS] },
  // One timer covers the whole opening.
  readyTimeout: 0,
  keepaliveInterval: 0,
} satisfies ConnectConfig;

/**
 * Opens an interactive shell on a pty over SSH. `readyAtMs` is when the handshake was done, with its
 * authentication.
 */
export function openSshShell(carrier: SshCarrier, connectMs: number): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const client = new Client();
    let channel: ClientChannel | undefined;
    let readyAtMs: number | undefined;
    let onGone = (): void => undefined;

    const session = new ShellSession("ssh", {
      write: (text) => void channel?.write(text),
      close: (onClosed) => {
        // Over a websocket that is closed already the client itself never says that it is.
        onGone = onClosed;
        client.end();
        setTimeout(() => carrier.destroy(), CLOSE_GRACE_MS).unref();
      },
      destroy: () => carrier.destroy(),
      // An empty line makes the shell print its prompt again.
      ping: () => (carrier.ping === undefined ? void channel?.write("\r") : carrier.ping()),
      ...(carrier.path === undefined ? {} : { path: () => carrier.path?.() ?? Promise.resolve(undefined) }),
    });
    const fail = (failure: ConnectFailure): void => {
      clearTimeout(timer);
      resolve(failure);
      session.end(failure.message);
      carrier.destroy();
      onGone();
    };
    const lost = (message: string): void => fail({ state: "failed", why: "lost", message });
    const timer = setTimeout(() => {
      const what =
        readyAtMs === undefined ? "the SSH handshake was not done" : "no shell was opened over SSH";
      fail({ state: "failed", why: "timeout", message: `${what} within ${connectMs} ms` });
    }, connectMs);

    client.on("error", (error) => lost(error.message));
    client.on("close", () => lost("the SSH connection closed"));
    client.on("ready", () => {
      readyAtMs = performance.now();
      client.shell({ term: "xterm", cols: 80, rows: 24 }, (error, opened) => {
        if (error !== undefined) {
          fail({ state: "failed", why: "refused", message: error.message });
          return;
        }
        channel = opened;
        opened.on("data", (bytes: Buffer) => session.push(bytes));
        opened.on("close", () => lost("the shell over SSH ended"));
        clearTimeout(timer);
        const { pid } = carrier;
        const open = { session, readyAtMs: readyAtMs ?? performance.now() };
        resolve({ state: "open", ...open, ...(pid === undefined ? {} : { pid }) });
      });
    });
    carrier.begin(session, {
      failure: fail,
      stream: (sock) => client.connect({ ...CONNECT_OPTIONS, sock }),
    });
  });
}

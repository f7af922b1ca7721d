import type { CoderClient } from "./client.ts";
import type { ConnectFailure, ConnectOptions, ConnectOutcome } from "./connect.ts";
import type { CoderFailure } from "./http/answer.ts";
import type { Transport } from "./http/transport.ts";
import { openTerminal, terminalPath } from "./terminal.ts";

/** Coder's name for itself among its regions; the others are its workspace proxies. */
const PRIMARY = "primary";

/** The workspace proxies among regions. */
export function proxiesAmong<T extends { readonly name: string }>(regions: readonly T[]): T[] {
  return regions.filter(({ name }) => name !== PRIMARY);
}

/** A workspace proxy at which terminals are opened. */
export interface ProxyDoor {
  readonly name: string;
  readonly transport: Transport;
}

/**
 * Opens a terminal at a workspace proxy, which knows no sessions of users: Coder signs a token for this terminal, as it
 * does for a browser. The time until the terminal is open includes that.
 */
export async function openTerminalAt(
  door: ProxyDoor,
  user: CoderClient,
  options: ConnectOptions & { readonly reconnect: string },
): Promise<ConnectOutcome> {
  const { agentId, connectMs } = options;
  const begunMs = performance.now();
  const url = `${door.transport.url.replace(/^http/, "ws")}${terminalPath(agentId)}`;
  const signed = await user.within(connectMs, (client) => client.signTerminal(agentId, url));
  if (!signed.ok) return asConnectFailure(signed.failure);
  return openTerminal({
    ...options,
    ...{ transport: door.transport, signedToken: signed.value.signed_token },
    connectMs: Math.max(1, Math.ceil(connectMs - (performance.now() - begunMs))),
  });
}

const WHY: Readonly<Record<CoderFailure["kind"], Exclude<ConnectFailure["why"], "rate-limited">>> = {
  ...{ status: "refused", "rate-limited": "refused", unreachable: "refused", malformed: "refused" },
  ...{ tls: "tls", timeout: "timeout", exhausted: "exhausted", aborted: "timeout" },
};

function asConnectFailure({ kind, status, message }: CoderFailure): ConnectFailure {
  return { state: "failed", why: WHY[kind], message, ...(status === undefined ? {} : { status }) };
}

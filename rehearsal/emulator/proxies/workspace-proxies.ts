import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** The parameter that a workspace proxy takes in place of a session. */
const SIGNED_TOKEN = "coder_signed_app_token_23db1dde";
const TERMINAL = /^\/api\/v2\/workspaceagents\/[^/]+\/pty$/;
/** As long as Coder's. */
const TOKEN_MS = 60_000;

/** Serves an upgrade as Coder itself does. */
export type ServeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

interface EmulatedProxy {
  readonly id: string;
  readonly name: string;
  readonly server: Server;
  url: string;
}

/** Workspace proxies of an emulated Coder: each a port at which terminals open by a signed token, and nothing else. */
export class WorkspaceProxies {
  readonly #proxies: readonly EmulatedProxy[];
  /** By signed token: the session and the URL that it was made for. */
  readonly #signed = new Map<
    string,
    { readonly session: string; readonly url: string; readonly untilMs: number }
  >();

  constructor(names: readonly string[]) {
    this.#proxies = names.map((name) => ({
      ...{ id: randomUUID(), name, url: "" },
      server: createServer((request, response) => {
        const isHealth = request.url === "/healthz";
        response.writeHead(isHealth ? 200 : 404, { "content-type": "text/plain; charset=utf-8" });
        response.end(isHealth ? "OK" : "404 page not found\n");
      }),
    }));
  }

  /** As Coder lists them to everyone. */
  get regions(): readonly object[] {
    return this.#proxies.map(({ id, name, url, server }) => ({
      ...{ id, name, display_name: name, icon_url: "/emojis/1f30f.png" },
      ...{ healthy: server.listening, path_app_url: url, wildcard_hostname: "" },
    }));
  }

  /** As Coder lists them to a site admin. */
  get list(): readonly object[] {
    return this.regions.map((region) => ({
      ...region,
      ...{ derp_enabled: true, derp_only: false, deleted: false },
      status: { status: "ok", report: { errors: [], warnings: [] }, checked_at: new Date().toISOString() },
    }));
  }

  /** A token for the terminal at this URL of one of the proxies; undefined for another host. */
  sign(session: string, url: string): string | undefined {
    const isOurs = this.#proxies.some((proxy) => new URL(proxy.url).host === new URL(url).host);
    if (!isOurs) return undefined;
    const token = randomBytes(24).toString("base64url");
    this.#signed.set(token, { session, url, untilMs: performance.now() + TOKEN_MS });
    return token;
  }

  async listen(host: string, serve: ServeUpgrade): Promise<void> {
    for (const proxy of this.#proxies) {
      const { server } = proxy;
      server.on("upgrade", (request, socket, head) => this.#upgrade(proxy, serve, [request, socket, head]));
      await new Promise<void>((resolve) => server.listen({ host, port: 0, backlog: 4_096 }, resolve));
      proxy.url = `http://${host}:${(server.address() as AddressInfo).port}`;
    }
  }

  close(): void {
    for (const { server } of this.#proxies) {
      server.close();
      server.closeAllConnections();
    }
  }

  #upgrade(
    proxy: EmulatedProxy,
    serve: ServeUpgrade,
    [request, socket, head]: Parameters<ServeUpgrade>,
  ): void {
    const { pathname, searchParams, host } = new URL(request.url ?? "/", proxy.url);
    const signed = this.#signed.get(searchParams.get(SIGNED_TOKEN) ?? "");
    const isSigned =
      signed !== undefined && signed.untilMs > performance.now() && signed.url === `ws://${host}${pathname}`;
    if (!TERMINAL.test(pathname) || !isSigned) {
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    request.headers["coder-session-token"] = signed.session;
    serve(request, socket, head);
  }
}

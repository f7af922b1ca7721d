import { STATUS_CODES } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Api, Incoming } from "../api.ts";
import type { EmulatedDeployment } from "../context.ts";
import { playSocketFault } from "../faults.ts";
import type { Carriers } from "../carriers/carriers.ts";
import { WEBSOCKETS } from "../websockets.ts";
import { socketRoutes } from "./socket-routes.ts";
import type { Serve, SocketRoute } from "./socket-routes.ts";
import type { SshTunnels } from "../ssh/ssh-tunnels.ts";
import { serveDerpStream } from "../tailnet/derp.ts";
import { pathOfApp, wildcardOf } from "../http/app-host.ts";
import { authenticate, tokenOf } from "../http/auth.ts";
import type { Heartbeats } from "../http/heartbeats.ts";
import { problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import { Router } from "../http/router.ts";
import type { Route } from "../http/router.ts";

/** Who serves websockets. */
export interface UpgradeParts {
  readonly api: Api;
  readonly heartbeats: Heartbeats;
  readonly ssh: SshTunnels;
  readonly carriers: Carriers;
}

/** Turns requests into websockets; what may not become one gets its HTTP answer instead. */
export class Upgrades {
  readonly #deployment: EmulatedDeployment;
  readonly #api: Api;
  readonly #heartbeats: Heartbeats;
  readonly #router: Router;
  readonly #routes = new Map<string, SocketRoute>();
  /** Connections that are not HTTP any more, and that no heartbeat ends. */
  readonly #streams = new Set<Duplex>();
  readonly #server = new WebSocketServer(WEBSOCKETS);
  readonly #carriers: Carriers;

  constructor(deployment: EmulatedDeployment, { api, heartbeats, ssh, carriers }: UpgradeParts) {
    this.#carriers = carriers;
    this.#deployment = deployment;
    this.#api = api;
    this.#heartbeats = heartbeats;
    const routes = socketRoutes(deployment, (socket, host, agent) => ssh.serve(socket, host, agent.id));
    for (const route of routes) this.#routes.set(route.pattern, route);
    this.#router = new Router(
      routes.map(({ pattern }): Route => ({ method: "GET", pattern, handle: () => ({ status: 101 }) })),
    );
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const asked = new URL(request.url ?? "/", "http://emulator");
    const { searchParams } = asked;
    const app = pathOfApp(request.headers.host, wildcardOf(this.#deployment));
    if (app !== undefined && "refused" in app) {
      refuse(socket, app.refused);
      return;
    }
    const pathname = app?.path ?? asked.pathname;
    const incoming: Incoming = {
      method: request.method ?? "GET",
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: Buffer.alloc(0),
      replica: (request.socket.remotePort ?? 0) % this.#deployment.liveReplicas,
      address: request.socket.remoteAddress ?? "",
    };
    if (pathname === "/derp" && request.headers.upgrade?.toLowerCase() === "derp") {
      this.#endOnClose(socket);
      serveDerpStream(socket);
      return;
    }
    const match = this.#router.match(incoming.method, pathname);
    if (match.state !== "found") {
      this.#api.answer(incoming).then(
        (reply) => refuse(socket, reply),
        () => socket.destroy(),
      );
      return;
    }
    const route = this.#routes.get(match.route.pattern);
    const known: ReturnType<typeof authenticate> | undefined =
      route?.open === true
        ? undefined
        : authenticate(this.#deployment.world, tokenOf(request.headers, searchParams));
    if (known !== undefined && "refused" in known) {
      refuse(socket, route?.refusal ?? known.refused);
      return;
    }
    const call = { ...incoming, params: match.params, user: known?.user };
    const limited = this.#deployment.limits.check(call, match.route);
    if (limited || !route) {
      refuse(socket, limited ?? problem(404, "Route not found."));
      return;
    }
    const open = (): void => {
      const prepared = route.prepare(call);
      if ("refused" in prepared) refuse(socket, prepared.refused);
      else this.#open(route, prepared.value, { request, socket, head });
    };
    const { sockets } = this.#deployment.faults;
    if (sockets === undefined) {
      open();
      return;
    }
    this.#endOnClose(socket);
    void playSocketFault(sockets, incoming, this.#workspaceOf(match.params["agent"])).then((fault) => {
      if (fault === undefined) open();
      else if (fault !== "hang") refuse(socket, fault);
    });
  }

  #endOnClose(socket: Duplex): void {
    this.#streams.add(socket);
    socket.once("close", () => this.#streams.delete(socket));
  }

  #workspaceOf(agent = ""): string {
    return this.#deployment.world.agents.get(agent)?.workspace?.name ?? "";
  }

  #open(
    route: SocketRoute,
    serve: Serve,
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
  ): void {
    const { pattern } = route;
    if (serve.carried !== undefined && this.#carriers.take(serve.carried, { pattern, request, socket, head }))
      return;
    this.#server.handleUpgrade(request, socket, head, (websocket) => {
      websocket.once("close", this.#deployment.gauges.socketOpened(route.pattern));
      this.#heartbeats.add(websocket);
      serve.here(websocket);
    });
  }
}

function refuse(socket: Duplex, reply: Reply): void {
  const body = reply.json === undefined ? (reply.text ?? "") : JSON.stringify(reply.json);
  const type = reply.json === undefined ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  socket.end(
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ""}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

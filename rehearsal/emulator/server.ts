import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { messageOf, RefbenchError } from "../../harness/tools/error.ts";
import { Api, type Incoming } from "./api.ts";
import { Autostart } from "./build/autostart.ts";
import { PrebuildsReconciler } from "./build/prebuilds-reconciler.ts";
import { Provisioner } from "./build/provisioner.ts";
import { TemplateImports } from "./build/template-imports.ts";
import { WorkspaceBuilds } from "./build/workspace-builds.ts";
import type { EmulatorConfig, EmulatorReady } from "./config.ts";
import type { EmulatedDeployment } from "./context.ts";
import { type EmulatorFaults, playAnswerFaults } from "./faults.ts";
import { pathOfApp, wildcardOf } from "./http/app-host.ts";
import { Carriers } from "./carriers/carriers.ts";
import { Heartbeats } from "./http/heartbeats.ts";
import { RateLimits } from "./http/rate-limit.ts";
import type { Reply } from "./http/reply.ts";
import { readBody } from "./http/request.ts";
import { Upgrades } from "./routes/upgrades.ts";
import { Gauges } from "./metrics/gauges.ts";
import { serveMetrics } from "./metrics/metrics-server.ts";
import { openStore } from "../inventory/store.ts";
import { machineResources } from "./resources/machine-resources.ts";
import { twinResources } from "./resources/twin-resources.ts";
import { noResources } from "./resources/workspace-resources.ts";
import type { WorkspaceResources } from "./resources/workspace-resources.ts";
import { WorkspaceProxies } from "./proxies/workspace-proxies.ts";
import { SshTunnels } from "./ssh/ssh-tunnels.ts";
import { seed } from "./build/seed.ts";
import { World } from "./state/world.ts";
import { TerminalSessions } from "./terminal/sessions.ts";

const DEFAULT_DAEMONS = 3;

export interface EmulatorOptions {
  /** Records workspaces' pods and volumes. @default records nothing */
  readonly resources?: WorkspaceResources;
  /** Receives problems outside of requests, such as an inventory that cannot be written. */
  readonly onWarning?: (message: string) => void;
  /** Its faults. @default none */
  readonly faults?: EmulatorFaults;
  /** The seeded template's `main.tf`. @default one parameter, agent, volume and pod */
  readonly template?: string;
  /** Processes that carry the connections to workspaces. @default 0, this process carries them */
  readonly carriers?: number;
}

/** A running emulator. */
export interface Emulator {
  readonly ready: EmulatorReady;
  /** Its state, for tests. */
  readonly deployment: EmulatedDeployment;
  close(): Promise<void>;
}

/** Starts one emulated Coder deployment and waits until it answers. */
export async function startEmulator(
  config: EmulatorConfig,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const { faults = {} } = options;
  const world = new World(config);
  const gauges = new Gauges();
  const resources = options.resources ?? resourcesFor(config, options);
  const liveReplicas = config.licence === "simulated" ? config.replicas : 1;
  const provisioner = new Provisioner(world, gauges, liveReplicas, daemonsOf(config));
  const terminals = new TerminalSessions(config);
  let url = "";
  const heartbeats = new Heartbeats({ isPinging: faults.hasNoPings !== true });
  const ssh = new SshTunnels(gauges, config.shellDelayMs);
  const carriers = new Carriers(options.carriers ?? 0, {
    gauges,
    pace: config,
    isPinging: faults.hasNoPings !== true,
  });
  const builds = new WorkspaceBuilds(
    world,
    provisioner,
    resources,
    (agent) => {
      terminals.endAgent(agent.id);
      ssh.endAgent(agent.id);
      carriers.endAgent(agent.id);
    },
    faults,
  );
  const prebuilds = new PrebuildsReconciler(world, builds);
  const autostart = new Autostart(world, builds);
  const proxies = new WorkspaceProxies(config.workspaceProxies ?? []);
  const deployment: EmulatedDeployment = {
    world,
    provisioner,
    queue: provisioner.queue,
    imports: new TemplateImports(world, provisioner),
    builds,
    prebuilds,
    limits: new RateLimits(config.env),
    gauges,
    terminals,
    faults,
    proxies,
    liveReplicas,
    url: () => url,
  };
  const api = new Api(deployment);
  const upgrades = new Upgrades(deployment, { api, heartbeats, ssh, carriers });
  const server = serverOf(config, (request, response) => {
    void answer(api, deployment, request, response);
  });
  server.keepAliveTimeout = 120_000;
  server.on("upgrade", (request, socket, head) => upgrades.handle(request, socket, head));
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  url = `${config.tls === undefined ? "http" : "https"}://${config.host}:${port}`;
  await proxies.listen(config.host, (request, socket, head) => upgrades.handle(request, socket, head));
  const metrics = await serveMetrics(deployment);
  if (metrics.state === "taken") options.onWarning?.(metrics.reason);
  const seeded = config.seeded
    ? seed(deployment, randomBytes(9).toString("base64url"), options.template)
    : {};
  return {
    ready: { url, pid: process.pid, ...seeded },
    deployment,
    close: async () => {
      prebuilds.close();
      autostart.close();
      provisioner.close();
      terminals.close();
      heartbeats.close();
      upgrades.close();
      carriers.close();
      proxies.close();
      if (metrics.state === "up") metrics.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await resources.close();
    },
  };
}

function serverOf({ tls }: EmulatorConfig, listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  return createTlsServer({ cert: tls.certificate, key: readFileSync(tls.keyFile) }, listener);
}

async function listen(server: Server, { host, port }: EmulatorConfig): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      // Node accepts one connection per turn and its default backlog of 511 overflows in a burst.
      server.listen({ host, port, backlog: 4_096 }, resolve);
    });
  } catch (error) {
    const message = `cannot listen on ${host}:${port}: ${messageOf(error)}; choose another port or address`;
    throw new RefbenchError("usage", message, { cause: error });
  }
}

function resourcesFor(config: EmulatorConfig, { onWarning }: EmulatorOptions): WorkspaceResources {
  if (!config.inventory) return noResources;
  const resources = config.inventory.are === "pods" ? twinResources : machineResources;
  return resources({
    store: openStore(config.inventory.directory),
    place: config.inventory,
    buildSpeed: config.buildSpeed,
    onError: ({ message }) => onWarning?.(message),
  });
}

async function answer(
  api: Api,
  deployment: EmulatedDeployment,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const asked = new URL(request.url ?? "/", "http://emulator");
    const app = pathOfApp(request.headers.host, wildcardOf(deployment));
    const body = await readBody(request);
    if (app !== undefined && "refused" in app) {
      send(response, app.refused);
      return;
    }
    const incoming: Incoming = {
      method: request.method ?? "GET",
      path: app?.path ?? asked.pathname,
      query: asked.searchParams,
      headers: request.headers,
      body,
      replica: replicaOf(request, deployment.liveReplicas),
      address: request.socket.remoteAddress ?? "",
    };
    const { answers } = deployment.faults;
    const ask = (): Promise<Reply> => api.answer(incoming);
    const reply = await (answers === undefined ? ask() : playAnswerFaults(answers, incoming, ask));
    if (reply === undefined) request.socket.destroy();
    else send(response, reply);
  } catch (error) {
    send(response, {
      status: 500,
      json: { message: "An internal server error occurred.", detail: String(error) },
    });
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const body = reply.json === undefined ? (reply.text ?? "") : `${JSON.stringify(reply.json)}\n`;
  response.writeHead(reply.status, {
    ...(body === ""
      ? {}
      : {
          "content-type":
            reply.json === undefined ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
        }),
    "content-length": Buffer.byteLength(body),
    ...reply.headers,
  });
  response.end(body);
}

/** A service without affinity spreads connections: one by one over the replicas, by the client's port. */
export function replicaOf(request: IncomingMessage, replicas: number): number {
  return (request.socket.remotePort ?? 0) % replicas;
}

function daemonsOf(config: EmulatorConfig): number {
  const given = config.env["CODER_PROVISIONER_DAEMONS"];
  if (given === undefined || given === "") return DEFAULT_DAEMONS;
  const daemons = Number(given);
  if (!Number.isInteger(daemons) || daemons < 0) {
    throw new RefbenchError(
      "usage",
      `CODER_PROVISIONER_DAEMONS is ${JSON.stringify(given)}, expected a whole number`,
    );
  }
  return daemons;
}

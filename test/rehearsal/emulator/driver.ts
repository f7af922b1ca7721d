import WebSocket from "ws";
import { startEmulator } from "../../../rehearsal/emulator/server.ts";
import type { Emulator, EmulatorOptions } from "../../../rehearsal/emulator/server.ts";
import type { EmulatorConfig } from "../../../rehearsal/emulator/config.ts";

/** Any JSON answer: tests read it freely. */
export type Json = ReturnType<JSON["parse"]>;

export interface Answer {
  readonly status: number;
  readonly json: Json;
  readonly text: string;
}

/** A session with one emulator, as a test's client. */
export class Driver {
  readonly url: string;
  readonly token: string;
  readonly emulator: Emulator | undefined;

  constructor(url: string, token: string, emulator?: Emulator) {
    this.url = url;
    this.token = token;
    this.emulator = emulator;
  }

  as(token: string): Driver {
    return new Driver(this.url, token, this.emulator);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { "coder-session-token": this.token, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      json: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined,
    };
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.call("POST", path, body);
  }

  async organization(): Promise<string> {
    return (await this.get("/api/v2/organizations")).json[0].id;
  }

  async template(name = "kubernetes"): Promise<Json> {
    return (await this.get(`/api/v2/organizations/${await this.organization()}/templates/${name}`)).json;
  }

  async user(username: string): Promise<Json> {
    const organization_ids = [await this.organization()];
    const fields = { email: `${username}@x.local`, username, password: "Correct-horse-9", organization_ids };
    return (await this.post("/api/v2/users", fields)).json;
  }

  async workspace(name: string, owner = "me", more: Record<string, unknown> = {}): Promise<Json> {
    const template_id = (await this.template()).id;
    return (await this.post(`/api/v2/users/${owner}/workspaces`, { template_id, name, ...more })).json;
  }

  /** Follows a job's log to its end; the lines. */
  async followed(path: string): Promise<Json[]> {
    const lines: Json[] = [];
    const socket = this.socket(path);
    socket.on("message", (line) => lines.push(JSON.parse((line as Buffer).toString())));
    await closed(socket);
    return lines;
  }

  async built(buildId: string): Promise<Json> {
    await this.followed(`/api/v2/workspacebuilds/${buildId}/logs?follow`);
    return (await this.get(`/api/v2/workspacebuilds/${buildId}`)).json;
  }

  /** A workspace whose agent is connected. */
  async ready(
    name: string,
    owner = "me",
    more: Record<string, unknown> = {},
  ): Promise<{ workspace: Json; agent: Json }> {
    const { id, latest_build } = await this.workspace(name, owner, more);
    await this.built(latest_build.id);
    for (;;) {
      const workspace = (await this.get(`/api/v2/workspaces/${id}`)).json;
      const agent = workspace.latest_build.resources.flatMap((resource: Json) => resource.agents ?? [])[0];
      if (agent?.lifecycle_state === "ready") return { workspace, agent };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async deleted(workspaceId: string): Promise<Json> {
    const build = await this.post(`/api/v2/workspaces/${workspaceId}/builds`, { transition: "delete" });
    return this.built(build.json.id);
  }

  socket(
    path: string,
    headers: Record<string, string> = { cookie: `coder_session_token=${this.token}` },
  ): WebSocket {
    return new WebSocket(`${this.url.replace("http", "ws")}${path}`, { headers, perMessageDeflate: false });
  }

  close(): Promise<void> {
    return this.emulator?.close() ?? Promise.resolve();
  }
}

/** A seeded emulator whose builds take milliseconds. */
export async function emulated(
  changes: Partial<EmulatorConfig> = {},
  options: EmulatorOptions = {},
): Promise<Driver> {
  const emulator = await startEmulator({ ...CONFIG, ...changes }, options);
  return new Driver(emulator.ready.url, emulator.ready.token ?? "", emulator);
}

export const CONFIG: EmulatorConfig = {
  schemaVersion: 1,
  host: "127.0.0.1",
  port: 0,
  version: "2.31.0",
  replicas: 1,
  env: { CODER_PROVISIONER_DAEMONS: "10", CODER_API_RATE_LIMIT: "-1" },
  buildSpeed: 1_000,
  failBuilds: 0,
  licence: "none",
  seeded: true,
};

export function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve, reject) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    socket.on("error", reject);
  });
}

/** The HTTP answer to a websocket that was refused. */
export function refused(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      socket.terminate();
    });
    socket.on("error", () => undefined);
  });
}

/** Checks again and again until the condition holds; the event loop runs between the checks. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { pathOfApp } from "../../../../rehearsal/emulator/http/app-host.ts";
import type { Emulator } from "../../../../rehearsal/emulator/server.ts";
import { startCoderWith } from "../../../support/coder/coder-with-template.ts";
import { appAddress } from "../../../../harness/workload/scenarios/app-address.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

/** No DNS has it: RFC 6761. */
const WILDCARD = "*.apps.refbench.test";
const HOST = "127.0.0.1";

const TEMPLATE = `
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
resource "coder_app" "wsec" {
  agent_id  = coder_agent.main.id
  slug      = "wsec"
  subdomain = true
}
`;

const folder = mkdtempSync(join(tmpdir(), "refbench-app-hosts-"));
let emulator: Emulator;
let coder: { readonly url: string; readonly token: string };
let caPem: string;

beforeAll(async () => {
  const names = [
    { type: 2, value: WILDCARD },
    { type: 7, ip: HOST },
  ] as const;
  const { cert, private: key } = await generate([{ name: "commonName", value: "coder" }], {
    extensions: [{ name: "subjectAltName", altNames: [...names] }],
  });
  caPem = cert;
  const keyFile = join(folder, "key.pem");
  writeFileSync(keyFile, key);
  ({ emulator, ...coder } = await startCoderWith(TEMPLATE, {
    env: {
      CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
      CODER_WILDCARD_ACCESS_URL: WILDCARD,
      CODER_DISABLE_PATH_APPS: "true",
    },
    ...{ daemons: 4, tls: { certificate: cert, keyFile }, caPem },
  }));
});

afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

function taskOf(prefix: string, app: Partial<NonNullable<LoadTask["app"]>>): LoadTask {
  return loadTaskFor(coder, {
    ...{ prefix, scenario: "apps", parameters: {} },
    deployment: { url: coder.url, ssh: "none", caPem },
    connections: { total: 0 },
    app: {
      ...{ slug: "wsec", by: "subdomain", connections: 8, messagesPerSecond: 100, messageBytes: 200 },
      ...{ forMs: 300, ...app },
    },
  });
}

test("apps with separate hosts are reached by their names, at Coder's address if no DNS knows them", async () => {
  const { result, events } = await runLoadHere(taskOf("bench-a", {}));
  expect(result.failures).toEqual([]);
  expect(result.apps).toEqual({ asked: 8, held: 8, echoed: 8 + 30 });
  const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  expect(notes.join()).toMatch(/this machine cannot resolve names below \*\.apps\.refbench\.test:\d+/);
  expect(result.workspaces.deleted).toBe(4);
});

test("paths are refused before anything is created if the deployment serves no app by path", async () => {
  const refused = runLoadHere(taskOf("bench-c", { by: "path" }));
  await expect(refused).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("--app-by subdomain") as string,
  });
});

describe("the emulator answers for the hosts of apps as Coder does", () => {
  test.each([
    ["abc", { "coder-session-token": "owner" }, 400],
    ["wsec--nowhere--admin", { "coder-session-token": "owner" }, 404],
    ["wsec--main--nowhere--admin", { "coder-session-token": "owner" }, 404],
    ["wsec--nowhere--admin", {}, 303],
  ])("%s with %j is %i", async (label, headers, status) => {
    const given = {
      ...headers,
      ...("coder-session-token" in headers ? { "coder-session-token": coder.token } : {}),
    };
    expect(await statusOf("/", { host: WILDCARD.replace("*", label), ...given })).toBe(status);
  });

  test("a host that names the agent corresponds to a path that names it too", () => {
    const pathOf = (label: string) => pathOfApp(`${label}.apps.refbench.test:81`, "*.apps.refbench.test:80");
    expect(pathOf("wsec--ws--ann")).toEqual({ path: "/@ann/ws/apps/wsec" });
    expect(pathOf("wsec--main--ws--ann")).toEqual({ path: "/@ann/ws.main/apps/wsec" });
    expect(pathOfApp("apps.refbench.test", "*.apps.refbench.test")).toBeUndefined();
    expect(pathOfApp("wsec--ws--ann.apps.refbench.test", "")).toBeUndefined();
  });

  test("an app by path is refused if path apps are off, and its host does not serve the API", async () => {
    const token = { "coder-session-token": coder.token };
    expect(await statusOf("/@admin/nowhere/apps/wsec/", token)).toBe(403);
    expect(
      await statusOf("/api/v2/users/me/x", { host: WILDCARD.replace("*", "wsec--a--b"), ...token }),
    ).toBe(404);
  });

  async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
    const socket = new WebSocket(`${coder.url.replace("http", "ws")}${path}`, {
      headers,
      ca: caPem,
    });
    socket.on("error", () => undefined);
    return new Promise((resolve) => {
      socket.on("unexpected-response", (request, { statusCode = 0 }) => {
        request.destroy();
        resolve(statusCode);
      });
    });
  }
});

describe("the address of an app", () => {
  const task = (url: string) =>
    loadTaskFor(
      { url, token: "t" },
      {
        app: {
          ...{ slug: "wsec", by: "subdomain", connections: 1, messagesPerSecond: 1 },
          ...{ messageBytes: 16, forMs: 1 },
        },
      },
    );
  const agent = { id: "a", name: "main", status: "connected", lifecycle_state: "ready" };
  const workspace = { name: "ws", owner_name: "ann" } as Parameters<typeof appAddress>[1]["workspace"];

  test.each([
    ["*.apps.example.com", false, "https://coder.example.com", "https://wsec--ws--ann.apps.example.com"],
    [
      "*.apps.example.com:8443",
      false,
      "https://coder.example.com",
      "https://wsec--ws--ann.apps.example.com:8443",
    ],
    [
      "*--apps.example.com",
      false,
      "http://coder.example.com:81",
      "http://wsec--ws--ann--apps.example.com:81",
    ],
    ["*.apps.example.com:8443", true, "http://127.0.0.1:7080", "http://wsec--ws--ann.apps.example.com:7080"],
  ])("below %s, at Coder's own address: %s, of %s is %s", (wildcard, isAtCoder, url, expected) => {
    const about = {
      ...{ workspace, token: "t" },
      agent: { ...agent, apps: [{ slug: "wsec", subdomain_name: "wsec--ws--ann" }] },
    };
    expect(appAddress(task(url), about, { wildcard, isAtCoder })).toEqual({
      ...{ origin: { url: expected, isAtCoder }, path: "/", token: "t" },
    });
  });

  test("is built from the app's workspace, agent and owner if Coder does not report the app's name", () => {
    const about = { workspace, token: "t", agent: { ...agent, apps: [{ slug: "wsec" }] } };
    const hosts = { wildcard: "*.x.test", isAtCoder: false };
    expect(appAddress(task("http://coder.test"), about, hosts)).toMatchObject({
      origin: { url: "http://wsec--main--ws--ann.x.test" },
    });
  });
});

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawData, WebSocketServer } from "ws";
import { coderPattern } from "../../../../reference-architectures/mixed/coder-pattern.ts";
import { planSchedule } from "../../../../reference-architectures/mixed/plan-schedule.ts";
import { scheduleGrid } from "../../../../harness/results/output/schedule-table.ts";
import { drawGrid } from "../../../../harness/results/table/grid.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { type LoadTask, SHARED_MACHINE_LIMITS } from "../../../../harness/model/ports/worker-task.ts";
import { findPostgres } from "../../../../rehearsal/real-coder/postgres/find-postgres.ts";
import { readLocalTemplate } from "../../../../rehearsal/real-coder/read-template.ts";
import { startServer } from "../../../../rehearsal/real-coder/server.ts";
import { runBootstrap } from "../../../../harness/workload/setup/bootstrap.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

/** A real `coder` program, and a mirror with its provider; without them these laws are skipped. */
const BINARY = process.env["REFBENCH_CODER"];
const MIRROR = process.env["REFBENCH_CODER_PROVIDER_MIRROR"];

describe.skipIf(BINARY === undefined)("on a real server", { timeout: 180_000 }, () => {
  /** The workspaces are processes of this machine, and so is what echoes in all of them. */
  const echo = createServer();
  new WebSocketServer({ server: echo }).on("connection", (socket) =>
    socket.on("message", (data: RawData, isBinary) => socket.send(data as Buffer, { binary: isBinary })),
  );
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;
  let coder: { readonly url: string; readonly token: string };

  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
    folder = mkdtempSync(join(tmpdir(), "refbench-real-apps-"));
    // The server never makes an inventory itself: a missing one means that it was lost.
    mkdirSync(join(folder, "inventory"));
    server = await startServer(
      {
        ...{ schemaVersion: 1, host: "127.0.0.1", port: 0, replicas: 1, folder },
        env: { CODER_PROVISIONER_DAEMONS: "2", CODER_WILDCARD_ACCESS_URL: "*.apps.refbench.test" },
        coder: {
          binary: BINARY ?? "",
          postgres: findPostgres({ env: process.env }),
          ...(MIRROR === undefined ? {} : { providerMirror: MIRROR }),
        },
        inventory: {
          directory: join(folder, "inventory"),
          are: "pods",
          cluster: "none",
          namespace: "default",
        },
      },
      () => undefined,
    );
    const files = await readLocalTemplate();
    const { port } = echo.address() as AddressInfo;
    const app = (slug: string, subdomain: boolean): string => `
resource "coder_app" "${slug}" {
  agent_id  = coder_agent.main.id
  slug      = "${slug}"
  url       = "http://127.0.0.1:${port}"
  subdomain = ${subdomain}
}
`;
    const { url } = server.ready;
    const { token } = await runBootstrap(
      {
        task: "bootstrap",
        deployment: { url, ssh: "none" },
        admin: { email: "admin@example.com", username: "admin", password: "Correct-Horse-9-Battery" },
        template: {
          name: "kubernetes",
          files: { ...files, "apps.tf": app("with-host", true) + app("without", false) },
          variables: { bench_run: "run", bench_env: "test", bench_owner: "test", bench_expires: "never" },
        },
        expect: { replicas: 1, provisionerDaemons: 2 },
        timeoutMs: 60_000,
      },
      { signal: new AbortController().signal, clock: systemClock, emit: () => undefined },
    );
    coder = { url, token };
  }, 180_000);

  afterAll(async () => {
    await server.stop();
    echo.closeAllConnections();
    await new Promise((resolve) => echo.close(resolve));
    rmSync(folder, { recursive: true });
  });

  test.each<[string, NonNullable<LoadTask["app"]>["by"]]>([
    ["with-host", "subdomain"],
    ["with-host", "path"],
    ["without", "subdomain"],
    ["without", "path"],
  ])("the app %s is reached by %s, and every message comes back", async (slug, by) => {
    const task = loadTaskFor(coder, {
      ...{ prefix: `bench-${slug}-${by}`, workspaces: 2, parameters: {}, scenario: "apps" },
      deployment: { url: coder.url, ssh: "none" },
      connections: { total: 0 },
      timeouts: { buildMs: 120_000, agentMs: 60_000, deleteMs: 120_000 },
      app: { ...{ slug, by, connections: 6, messagesPerSecond: 50 }, messageBytes: 500, forMs: 1_000 },
    });
    const { result } = await runLoadHere(task);
    expect(result.failures).toEqual([]);
    expect(result.apps).toEqual({ asked: 6, held: 6, echoed: 6 + 50 });
    expect(result.workspaces.deleted).toBe(2);
  });

  test("Coder's pattern overlaps on real agents, and every load keeps its connections over its own periods", async () => {
    const pattern = coderPattern("without", 8);
    const { result } = await runLoadHere(
      loadTaskFor(coder, {
        ...{ prefix: "bench-mixed", users: 3, workspaces: 3, parameters: {} },
        ...{ scenario: "mixed", mixed: planSchedule(pattern, 3) },
        deployment: { url: coder.url, ssh: "stdio", coderBinary: BINARY, stdioSessions: 4 },
        connections: { total: 0 },
        timeouts: { buildMs: 120_000, agentMs: 60_000, deleteMs: 120_000 },
        // The server, its agents and the generator share this machine.
        generatorLimits: SHARED_MACHINE_LIMITS,
      }),
    );
    expect(result.failures).toEqual([]);
    expect(result.mixed).toMatchObject({ asked: 9, held: 9 });
    const lines = scheduleGrid(result)?.rows.map(([load = "", phase = "", ...cells]) => [
      load,
      phase,
      ...cells,
    ]);
    // SSH runs in the first four of the seven periods.
    expect(lines?.find(([, phase]) => phase === "traffic-tick")?.map((cell) => cell !== "")).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    if (process.env["REFBENCH_SHOW"] !== undefined)
      console.log(drawGrid(scheduleGrid(result) ?? { header: [], rows: [] }, 200));
  });
});

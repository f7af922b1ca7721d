import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../../../harness/tools/process/local-process.ts";
import { findPostgres } from "../../../rehearsal/real-coder/postgres/find-postgres.ts";
import { startServer } from "../../../rehearsal/real-coder/server.ts";
import { Refbench, newFolder } from "../../support/command/refbench-process.ts";

/** A real `coder` program; without one these laws are skipped. */
const BINARY = process.env["REFBENCH_CODER"];
/** Its builds take the provider from here, or from the registry. */
const MIRROR = process.env["REFBENCH_CODER_PROVIDER_MIRROR"];

test.skipIf(BINARY === undefined)(
  "a real server answers with its daemons, and nothing of it remains when it is stopped",
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "refbench-real-coder-"));
    const server = await startServer(
      {
        schemaVersion: 1,
        host: "127.0.0.1",
        port: 0,
        replicas: 2,
        env: { CODER_PROVISIONER_DAEMONS: "1" },
        folder,
        coder: { binary: BINARY ?? "", postgres: findPostgres({ env: process.env }) },
        inventory: {
          directory: join(folder, "inventory"),
          are: "pods",
          cluster: "none",
          namespace: "default",
        },
      },
      () => undefined,
    );
    const info = (await (await fetch(`${server.ready.url}/api/v2/buildinfo`)).json()) as { version: string };
    expect(info.version).toMatch(/^v\d/);
    await server.stop();
    expect(server.processes.map(isAlive)).toEqual([false, false]);
  },
);

test.skipIf(BINARY === undefined)(
  "a canary is rehearsed on a real server, and leaves nothing behind",
  { timeout: 600_000 },
  async () => {
    const cwd = await newFolder();
    const mirror = MIRROR === undefined ? [] : ["--coder-provider-mirror", MIRROR];
    const args = ["run", "gke", "--rehearse", "--size", "canary", "--coder-server", BINARY ?? "", ...mirror];
    const { code, stdout, stderr } = await new Refbench(cwd, args).ended;
    expect(`${code} ${stdout}${code === 0 ? "" : stderr}`).toMatch(
      /^0 [\s\S]*Verdict: pass \(simulated, coder: real\)/,
    );
    expect(stdout).toMatch(/SSH: by the deployment's own client v\d/);
    expect(stdout).toMatch(/Teardown: clean/);
  },
);

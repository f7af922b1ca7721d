import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLines } from "../../harness/tools/files/lines.ts";
import { bundle } from "../../rehearsal/bundle.ts";
import { type EmulatorConfig, emulatorReady } from "../../rehearsal/emulator/config.ts";
import { programSource } from "../../harness/model/programs.ts";

/** An emulated Coder in a separate process, with a template and a site admin's token; its builds end at once. */
export async function startEmulatorProcess({
  buildSpeed = 1_000,
  host = "127.0.0.1",
  replicas = 1,
  metricsPort,
}: {
  readonly buildSpeed?: number;
  readonly host?: string;
  /** More than four have carriers: processes that serve terminals and SSH. @default 1 */
  readonly replicas?: number;
  /** Where it serves its metrics. @default nowhere */
  readonly metricsPort?: number;
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), "refbench-bench-load-"));
  const config: EmulatorConfig = {
    schemaVersion: 1,
    host,
    port: 0,
    version: "2.31.0",
    replicas,
    env: {
      CODER_PROVISIONER_DAEMONS: "100",
      CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
      ...(metricsPort === undefined
        ? {}
        : { CODER_PROMETHEUS_ENABLE: "true", CODER_PROMETHEUS_ADDRESS: `${host}:${metricsPort}` }),
    },
    buildSpeed,
    failBuilds: 0,
    licence: "simulated",
    seeded: true,
  };
  const file = join(folder, "emulator.json");
  await writeFile(file, JSON.stringify(config));
  const child = spawn(process.execPath, [await bundle(programSource("emulator")), "--config", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const { url, token, pid } = emulatorReady.parse(
    JSON.parse(await firstLine(child.stdout as AsyncIterable<Buffer>)),
  );
  return {
    url,
    token: token ?? "",
    pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The one line that the emulator prints once it answers. */
async function firstLine(stdout: AsyncIterable<Buffer>): Promise<string> {
  for await (const line of readLines(stdout)) return line;
  throw new Error("the emulator ended before it answered");
}

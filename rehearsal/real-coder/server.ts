import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { clientName } from "../../harness/model/cloud/client-name.ts";
import { RefbenchError } from "../../harness/tools/error.ts";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";
import type { EmulatorReady } from "../emulator/config.ts";
import type { LocalProcess } from "../../harness/tools/process/local-process.ts";
import { openStore } from "../inventory/store.ts";
import { keepAgents } from "./agents.ts";
import type { RealCoderConfig } from "./config.ts";
import { freePort } from "./free-port.ts";
import { offerClient } from "./offer-client.ts";
import { type CoderParts, partsFile } from "./parts-file.ts";
import { twinNotes } from "./notes.ts";
import { type Postgres, startPostgres } from "./postgres/start-postgres.ts";
import { type Running, startProgram } from "./process-group.ts";
import { serverEnvironment } from "./server-environment.ts";

/** A real Coder server that answers, with what it needs. */
export interface RealServer {
  readonly ready: EmulatorReady;
  /** Server and, where it was started here, Postgres. */
  readonly processes: readonly LocalProcess[];
  /** Resolves when one of its processes ends unasked, with which process ended and how. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** Coder takes some seconds for its migrations, and much longer on a busy machine. */
const READY_MS = 120_000;
const HEALTH_MS = 5_000;
/** Time for an orderly stop; the process that ends this one waits two seconds before it uses force. */
const STOP_MS = 800;
/** Database connections besides Coder's own pool. */
const SPARE_CONNECTIONS = 20;

/** Starts Postgres, the server and the keeper of its agents; none of their processes outlives this one. */
export async function startServer(
  config: RealCoderConfig,
  onWarning: (message: string) => void,
): Promise<RealServer> {
  const { folder, host, coder } = config;
  for (const name of ["home", "config", "cache"])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const url = `http://${host}:${await freePort(host, config.port)}`;
  const database = await findDatabase(config);
  const agents = keepAgents({
    binary: coder.binary,
    url,
    folder: join(folder, "agents"),
    notes: twinNotes(openStore(config.inventory.directory), config.inventory),
    onWarning,
  });
  const log = join(folder, "server.log");
  const server = startProgram({
    file: coder.binary,
    args: ["server"],
    cwd: folder,
    env: {
      ...serverEnvironment(
        config,
        { url, databaseUrl: database.url, folder, cliConfig: cliConfigOf(config) },
        process.env,
      ),
      // Coder passes its environment to builds, which write their orders here.
      REFBENCH_AGENTS: agents.orders,
      REFBENCH_AGENTS_KEEPER: String(process.pid),
    },
    log,
    stopSignal: "SIGTERM",
  });
  const stop = async (): Promise<void> => {
    await Promise.all([agents.stop(), server.stop(STOP_MS)]);
    await database.stop();
    rmSync(partsFile(folder), { force: true });
    for (const name of ["agents", "cache"]) rmSync(join(folder, name), { recursive: true, force: true });
  };
  const failed = Promise.race([
    server.ended.then((how) => `coder server ended: ${how}; see ${log}`),
    ...(database.ended === undefined ? [] : [database.ended.then((how) => `Postgres ended: ${how}`)]),
  ]);
  try {
    await awaitHealthy(url, server, log);
    await offerClient(url, { binary: coder.binary, cache: join(folder, "cache"), name: clientName(process) });
  } catch (error) {
    await stop();
    throw error;
  }
  const parts: CoderParts = {
    server: server.identity.pid,
    database: {
      url: database.url,
      ...(database.identity === undefined ? {} : { pid: database.identity.pid }),
    },
  };
  writeFileSync(partsFile(folder), JSON.stringify(parts), { mode: 0o600 });
  const processes = [server.identity, ...(database.identity === undefined ? [] : [database.identity])];
  return { ready: { url, pid: process.pid }, processes, failed, stop };
}

/** The user's own database, or one that is started for this server alone. */
async function findDatabase({
  folder,
  host,
  env,
  coder: { postgres },
}: RealCoderConfig): Promise<Pick<Postgres, "url" | "stop"> & Partial<Pick<Postgres, "ended" | "identity">>> {
  if ("missing" in postgres) throw new RefbenchError("infrastructure", postgres.missing);
  if ("url" in postgres) return { url: postgres.url, stop: () => Promise.resolve() };
  const maxConnections = Number(env["CODER_PG_CONN_MAX_OPEN"] ?? 10) + SPARE_CONNECTIONS;
  return startPostgres({ programs: postgres, folder, host, maxConnections, settings: statistics(postgres) });
}

/** Lets the server count statements where it is installed with the library for it, as the stacks' servers do. */
function statistics({ postgres }: { readonly postgres: string }): Record<string, string> {
  // A link on PATH leads to the program beside its libraries.
  const installed = dirname(dirname(realpathSync(postgres)));
  const library = "pg_stat_statements";
  const isThere = ["lib", "lib/postgresql"].some((folder) =>
    existsSync(join(installed, folder, `${library}.so`)),
  );
  return isThere ? { shared_preload_libraries: library } : {};
}

/** The user's own configuration, or one that takes the provider from the mirror that was named. */
function cliConfigOf({ folder, coder }: RealCoderConfig): string | undefined {
  if (coder.providerMirror === undefined) return coder.terraformCliConfig;
  const file = join(folder, "terraform.rc");
  const mirror = `filesystem_mirror {\n    path = ${JSON.stringify(coder.providerMirror)}\n  }`;
  writeFileSync(file, `provider_installation {\n  ${mirror}\n}\ndisable_checkpoint = true\n`);
  return file;
}

/** As the chart's readiness probe asks. */
async function awaitHealthy(url: string, server: Running, log: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let end: string | undefined;
  void server.ended.then((how) => (end = how));
  for (;;) {
    const isHealthy = await exchange({
      method: "GET",
      ...splitUrl(`${url}/healthz`),
      headers: {},
      timeoutMs: HEALTH_MS,
    }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isHealthy) return;
    if (end !== undefined || performance.now() > deadline) {
      const what = end === undefined ? `was not healthy within ${READY_MS} ms` : `ended (${end})`;
      const said = readFileSync(log, "utf8").slice(-2_000);
      throw new RefbenchError("infrastructure", `coder server ${what}; ${log} says:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

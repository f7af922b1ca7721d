import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { ObservedPlace } from "../../harness/model/observation/observe-task.ts";
import type { Limits } from "../../harness/model/observation/limits.ts";
import {
  SHARED_MACHINE_LIMITS,
  GENERATOR_LIMITS,
  type LoadTask,
} from "../../harness/model/ports/worker-task.ts";
import type { Observation } from "../../harness/model/observation/observation.ts";
import type { Measurements } from "../../harness/model/record/record.ts";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import { newRunId } from "../../harness/model/run-id.ts";
import { judge, type JudgedObjective } from "../../harness/results/judge/objectives.ts";
import { findLimits } from "../../harness/results/limits/find-limits.ts";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { makeStore } from "../../rehearsal/inventory/store.ts";
import { findRealCoder, withPostgres } from "../../rehearsal/real-coder/find-real-coder.ts";
import { freePort } from "../../rehearsal/real-coder/free-port.ts";
import { coderParts, partsFile } from "../../rehearsal/real-coder/parts-file.ts";
import { readLocalTemplate } from "../../rehearsal/real-coder/read-template.ts";
import { startServer } from "../../rehearsal/real-coder/server.ts";
import { observedRecord } from "../../test/support/results/observed-record.ts";

/** One limit that is planted in real parts. */
export interface RealPlant {
  /** The rule that should find it; undefined for a deployment without a planted limit. */
  readonly rule: string | undefined;
  readonly how: string;
  /** Variables of Coder, or GOMAXPROCS. */
  readonly env?: Readonly<Record<string, string>>;
  readonly load?: Partial<LoadTask>;
  /** Plants something while the load runs; returns how to end it. */
  readonly during?: (parts: PlantedParts) => Promise<() => Promise<void>>;
}

interface PlantedParts {
  readonly url: string;
  readonly token: string;
  readonly databaseUrl: string;
  readonly databasePid: number | undefined;
}

const CONNECTIONS = { total: 16, sshShare: 0, rampPerSecond: 20, holdMs: 15_000, commandsPerSecond: 20 };

/** All of them: each is one small load on a real Coder with a real Postgres. */
export const REAL_PLANTS: readonly RealPlant[] = [
  // Its load is so small that daemons and connections are left over on any machine.
  {
    rule: undefined,
    how: "4 daemons for 2 builds and 2 connections, and nothing planted",
    load: { users: 2, workspaces: 2, connections: { ...CONNECTIONS, total: 2, commandsPerSecond: 2 } },
  },
  { rule: "provisioner-capacity", how: "one daemon for 8 builds", env: { CODER_PROVISIONER_DAEMONS: "1" } },
  { rule: "database-connections", how: "a pool of 2 connections", env: { CODER_PG_CONN_MAX_OPEN: "2" } },
  {
    rule: "database-connections",
    how: "all connections of Postgres but few are taken",
    during: takeConnections,
  },
  {
    rule: "coderd-cpu",
    how: "GOMAXPROCS=1 and 16 others who read its API",
    env: { GOMAXPROCS: "1" },
    during: readByOthers,
  },
  { rule: "slow-queries", how: "Postgres stands still in 3 of 4 moments (SIGSTOP)", during: pauseDatabase },
  {
    rule: "generator",
    how: "the worker stands still in half of the time (SIGSTOP)",
    load: { generatorLimits: GENERATOR_LIMITS },
    during: pauseGenerator,
  },
];

export interface RealOutcome {
  readonly plant: Pick<RealPlant, "rule" | "how">;
  readonly limits: Limits;
  /** 1 = named first; undefined = not found. */
  readonly rank: number | undefined;
  /** Whether the rules said what is true: the limit was found, or none of Coder's above low confidence without one. */
  readonly isRight: boolean;
  /** CPU of coderd at its median and its greatest, and what it may use, in cores; absent if it was not seen. */
  readonly cpu?: { readonly median: number; readonly most: number; readonly limit: number | undefined };
}

interface RealOptions {
  readonly binary: string;
  readonly providerMirror: string | undefined;
  readonly say: (text: string) => void;
}

const ADMIN = { email: "admin@bench.local", username: "admin", password: "Bench-Limit-2931-Only" };
const BUILD_MS = 300_000;
const WORKSPACES = 8;
/** What a pool of 10 finds when the others are taken. */
const LEFT_CONNECTIONS = 2;

/** Starts a deployment with the limit in it, loads it, and asks the rules. Nothing of it outlives this call. */
export async function playReal(plant: RealPlant, options: RealOptions): Promise<RealOutcome> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-bench-limits-"));
  try {
    const result = await loadReal(plant, folder, options);
    const { observation, ...measured } = result;
    const measurements: Measurements = {
      ...measured,
      connections: { ...measured.connections, sshPath: "none" },
    };
    // Without objectives no load has room, so that every rule is asked.
    const objectives = plant.rule === undefined ? judge(CONTROL_OBJECTIVES, measurements) : [];
    const limits = findLimits({
      ...observedRecord({ objectives, isObserved: false }),
      measurements,
      ...(observation !== undefined && { observation }),
    });
    if (limits === undefined) throw new Error("the load ended without figures");
    const index = limits.findings.findIndex((finding) => finding.rule === plant.rule);
    const ofCoder = limits.findings.filter(
      ({ rule, confidence }) => rule !== "generator" && confidence !== "low",
    );
    const cpu = cpuOf(observation);
    return {
      ...{ plant, limits, rank: index < 0 ? undefined : index + 1 },
      isRight: plant.rule === undefined ? ofCoder.length === 0 : index >= 0,
      ...(cpu !== undefined && { cpu }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the smallest of loads reaches with room, also on a machine that others use. */
const CONTROL_OBJECTIVES: readonly JudgedObjective[] = [
  {
    ...{ name: "builds-succeed", description: "builds that succeed", unit: "share" },
    ...{ metric: { path: "workspaces.succeeded", per: "workspaces.asked" } },
    ...{ direction: "at-least", threshold: 1 },
  },
];

function cpuOf(observation: Observation | undefined): RealOutcome["cpu"] {
  const of = (name: string): readonly number[] =>
    (observation?.series.find((series) => series.name === name)?.values ?? [])
      .filter((value) => value !== null)
      .toSorted((one, other) => one - other);
  const used = of("coderd.cpu");
  const [median, most] = [used[Math.floor(used.length / 2)], used.at(-1)];
  if (median === undefined || most === undefined) return undefined;
  return { median, most, limit: of("coderd.cpu-limit").at(-1) };
}

async function loadReal(plant: RealPlant, folder: string, options: RealOptions): Promise<LoadResult> {
  const { GOMAXPROCS, ...env } = plant.env ?? {};
  const binary =
    GOMAXPROCS === undefined ? options.binary : await wrapped(options.binary, GOMAXPROCS, folder);
  const daemons = Number(env["CODER_PROVISIONER_DAEMONS"] ?? 4);
  const load = { workspaces: WORKSPACES, daemons };
  const { providerMirror, say } = options;
  const known = await findRealCoder({ binary, providerMirror, cwd: process.cwd(), env: process.env, load });
  makeStore(join(folder, "inventory"));
  const metricsPort = await freePort("127.0.0.1", 0);
  const server = await startServer(
    {
      ...{ schemaVersion: 1, host: "127.0.0.1", port: 0, replicas: 1, folder },
      env: {
        ...{ CODER_PROVISIONER_DAEMONS: String(daemons), CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
        ...{ CODER_PROMETHEUS_ENABLE: "true", CODER_PROMETHEUS_COLLECT_DB_METRICS: "true" },
        ...{ CODER_PROMETHEUS_ADDRESS: `127.0.0.1:${metricsPort}`, ...env },
      },
      coder: withPostgres(known, process.env),
      inventory: {
        ...{ directory: join(folder, "inventory"), are: "pods" },
        ...{ cluster: "none", namespace: "default" },
      },
    },
    say,
  );
  try {
    const { url } = server.ready;
    const parts = coderParts.parse(parseJson(await readFile(partsFile(folder), "utf8")));
    const token = await bootstrap(url, daemons);
    const places: ObservedPlace[] = [
      { kind: "metrics", of: "coder", role: "coderd", url: `http://127.0.0.1:${metricsPort}/metrics` },
      { kind: "process", of: "coder", role: "coderd", pid: parts.server },
      { kind: "postgres", of: "database", url: parts.database.url },
      ...(parts.database.pid === undefined
        ? []
        : [{ kind: "process" as const, of: "database", role: "database" as const, pid: parts.database.pid }]),
    ];
    const running = localWorkerRunner().load(taskFor({ url, token, places }, plant), {
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
    const { url: databaseUrl, pid: databasePid } = parts.database;
    const end = await plant.during?.({ url, token, databaseUrl, databasePid });
    try {
      return await running;
    } finally {
      await end?.();
    }
  } finally {
    await server.stop();
  }
}

function taskFor(
  { url, token, places }: { readonly url: string; readonly token: string; readonly places: ObservedPlace[] },
  plant: RealPlant,
): LoadTask {
  return {
    ...{ task: "load", deployment: { url, ssh: "none" }, token, prefix: "limits-bench", firstIndex: 0 },
    ...{ template: "kubernetes", parameters: {}, users: WORKSPACES, workspaces: WORKSPACES },
    ...{ concurrency: 0, cleanupConcurrency: 0, command: "echo hello", expectOutput: "hello" },
    connections: CONNECTIONS,
    timeouts: {
      ...{ buildMs: BUILD_MS, agentMs: BUILD_MS, deleteMs: BUILD_MS },
      ...{ connectMs: 60_000, commandMs: 60_000 },
    },
    // The generator shares its cores with the deployment, and perhaps with others.
    generatorLimits: SHARED_MACHINE_LIMITS,
    workspaceTtlMs: 3_600_000,
    observe: { everyMs: 1000, places },
    ...plant.load,
  };
}

async function bootstrap(url: string, provisionerDaemons: number): Promise<string> {
  const { token } = await localWorkerRunner().bootstrap(
    {
      ...{ task: "bootstrap", deployment: { url, ssh: "none" }, admin: ADMIN, timeoutMs: BUILD_MS },
      template: {
        name: "kubernetes",
        files: await readLocalTemplate(),
        variables: {
          ...{ bench_run: newRunId(), bench_env: "bench" },
          ...{ bench_owner: "bench", bench_expires: "never" },
        },
      },
      expect: { replicas: 1, provisionerDaemons },
    },
    { signal: new AbortController().signal, onEvent: () => undefined },
  );
  return token;
}

/** The program with a GOMAXPROCS of its own, which a busy machine must let it use: only root may give such a priority. */
async function wrapped(binary: string, gomaxprocs: string, folder: string): Promise<string> {
  const file = join(folder, "coder");
  await writeFile(file, `#!/bin/sh\nexec nice -n -10 env GOMAXPROCS=${gomaxprocs} "${binary}" "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

/** Reads the API without a pause, as 16 others. */
async function readByOthers({ url, token }: PlantedParts): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const readers = Array.from({ length: 16 }, async () => {
    while (!ending.signal.aborted)
      await exchange({
        ...{ method: "GET", ...splitUrl(`${url}/api/v2/templates`), timeoutMs: 30_000 },
        headers: { "coder-session-token": token },
      }).catch(() => undefined);
  });
  return Promise.resolve(async () => {
    ending.abort();
    await Promise.all(readers);
  });
}

/** Takes connections of Postgres until only a few are left for Coder. */
async function takeConnections({
  databaseUrl,
}: {
  readonly databaseUrl: string;
}): Promise<() => Promise<void>> {
  const clients: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: databaseUrl });
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch {
      break;
    }
    clients.push(client);
  }
  // With none at all, no build would ever end.
  await Promise.all(clients.splice(0, LEFT_CONNECTIONS).map((client) => client.end()));
  return async () => {
    await Promise.all(clients.map((client) => client.end()));
  };
}

async function pauseDatabase({
  databasePid,
}: {
  readonly databasePid: number | undefined;
}): Promise<() => Promise<void>> {
  if (databasePid === undefined) throw new Error("the database is not this program's: it cannot be paused");
  return pauseInTurns(() => children(databasePid), { pausedMs: 600, runningMs: 200 });
}

async function pauseGenerator(): Promise<() => Promise<void>> {
  const workers = async (): Promise<readonly number[]> => {
    const own = await children(process.pid);
    const lines = await Promise.all(own.map(async (pid) => [pid, await commandLine(pid)] as const));
    return lines.filter(([, line]) => /worker/.test(line)).map(([pid]) => pid);
  };
  return pauseInTurns(workers, { pausedMs: 500, runningMs: 500 });
}

/** Stops and continues processes in turns, until it is ended; then all of them run. */
async function pauseInTurns(
  find: () => Promise<readonly number[]>,
  { pausedMs, runningMs }: { readonly pausedMs: number; readonly runningMs: number },
): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const turns = (async () => {
    while (!ending.signal.aborted) {
      const pids = await find();
      signal(pids, "SIGSTOP");
      await sleep(pausedMs);
      signal(pids, "SIGCONT");
      await sleep(runningMs);
    }
  })();
  return Promise.resolve(async () => {
    ending.abort();
    await turns;
  });
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
}

/** Pids of a process' children. */
async function children(parent: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      return [pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])] as const;
    }),
  );
  return parents.filter(([, of]) => of === parent).map(([pid]) => pid);
}

async function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

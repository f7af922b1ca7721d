import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GENERATOR_LIMITS, type LoadTask } from "../../harness/model/ports/worker-task.ts";
import { newRunId } from "../../harness/model/run-id.ts";
import { makeStore } from "../../rehearsal/inventory/store.ts";
import { findRealCoder, withPostgres } from "../../rehearsal/real-coder/find-real-coder.ts";
import { readLocalTemplate } from "../../rehearsal/real-coder/read-template.ts";
import { startServer } from "../../rehearsal/real-coder/server.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";

/** Builds are no part of what is measured: few at a time leave the memory to agents. */
export const DAEMONS = 6;
const ADMIN = { email: "admin@bench.local", username: "admin", password: "Bench-Load-2931-Only" };
const TEMPLATE = "kubernetes";
const BUILD_MS = 600_000;

/** Coder's utility finds workspaces by this name; refbench takes any prefix. */
const PREFIX = "scaletest-";

/** A real Coder on this machine, with workspaces whose agents are local processes. */
export interface RealDeployment extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly version: string;
  readonly workspaces: number;
}

/** Starts a real server and makes its workspaces; nothing of it outlives this process. */
export async function startRealDeployment(
  asked: {
    readonly binary: string;
    readonly providerMirror: string | undefined;
    readonly workspaces: number;
  },
  say: (text: string) => void,
): Promise<RealDeployment> {
  const { workspaces, binary, providerMirror } = asked;
  const load = { workspaces, daemons: DAEMONS };
  const known = await findRealCoder({ binary, providerMirror, cwd: process.cwd(), env: process.env, load });
  const folder = await mkdtemp(join(tmpdir(), "refbench-bench-coder-"));
  makeStore(join(folder, "inventory"));
  const server = await startServer(
    {
      ...{ schemaVersion: 1, host: "127.0.0.1", port: 0, replicas: 1, folder },
      env: { CODER_PROVISIONER_DAEMONS: String(DAEMONS), CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
      coder: withPostgres(known, process.env),
      inventory: {
        ...{ directory: join(folder, "inventory"), are: "pods" },
        ...{ cluster: "none", namespace: "default" },
      },
    },
    say,
  );
  const { url } = server.ready;
  const end = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { token, coderVersion } = await bootstrap(url);
    say(`Coder ${coderVersion} answers; ${workspaces} workspaces are made, ${DAEMONS} at a time`);
    await makeWorkspaces({ url, token, workspaces });
    return { url, token, version: coderVersion, workspaces, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A load on the first of the workspaces that exist: a terminal each, and nothing else. */
export function loadOnWorkspaces(
  { url, token, workspaces }: Pick<RealDeployment, "url" | "token" | "workspaces">,
  overrides: Partial<LoadTask>,
): LoadTask {
  return {
    ...{ task: "load", deployment: { url, ssh: "none" }, token, prefix: `${PREFIX}bench`, firstIndex: 0 },
    ...{ template: TEMPLATE, parameters: {}, users: workspaces, workspaces },
    ...{ concurrency: 0, cleanupConcurrency: 0, command: "echo hello", expectOutput: "hello" },
    connections: { total: 0, sshShare: 0, rampPerSecond: 50, holdMs: 0, commandsPerSecond: 0 },
    timeouts: {
      ...{ buildMs: BUILD_MS, agentMs: BUILD_MS, deleteMs: BUILD_MS },
      ...{ connectMs: 60_000, commandMs: 60_000 },
    },
    generatorLimits: GENERATOR_LIMITS,
    workspaceTtlMs: 24 * 3_600_000,
    ...overrides,
  };
}

/** The first so many of the workspaces. */
export function firstOf(count: number): NonNullable<LoadTask["existing"]> {
  return { namePrefix: PREFIX, from: 0, to: count };
}

async function bootstrap(url: string): Promise<{ token: string; coderVersion: string }> {
  return localWorkerRunner().bootstrap(
    {
      ...{ task: "bootstrap", deployment: { url, ssh: "none" }, admin: ADMIN, timeoutMs: BUILD_MS },
      template: {
        name: TEMPLATE,
        files: await readLocalTemplate(),
        variables: {
          ...{ bench_run: newRunId(), bench_env: "bench" },
          ...{ bench_owner: "bench", bench_expires: "never" },
        },
      },
      expect: { replicas: 1, provisionerDaemons: DAEMONS },
    },
    { signal: new AbortController().signal, onEvent: () => undefined },
  );
}

async function makeWorkspaces(
  deployment: Pick<RealDeployment, "url" | "token" | "workspaces">,
): Promise<void> {
  const result = await localWorkerRunner().load(loadOnWorkspaces(deployment, { keep: true }), {
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  if (result.workspaces.succeeded < deployment.workspaces)
    throw new Error(`not all workspaces could be made: ${JSON.stringify(result.failures)}`);
}

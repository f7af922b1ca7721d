import { GENERATOR_LIMITS, type LoadTask } from "../../../harness/model/ports/worker-task.ts";

/** A load task of a few workspaces to be overridden; its deadlines pass by on no machine, however busy. */
export function loadTaskFor(
  coder: { readonly url: string; readonly token: string },
  overrides: Partial<Omit<LoadTask, "connections" | "timeouts">> & {
    readonly connections?: Partial<LoadTask["connections"]>;
    readonly timeouts?: Partial<LoadTask["timeouts"]>;
  } = {},
): LoadTask {
  return {
    task: "load",
    deployment: { url: coder.url, ssh: "tunnel" },
    token: coder.token,
    prefix: "bench-t",
    template: "kubernetes",
    parameters: { home_disk_size: "10" },
    users: 2,
    workspaces: 4,
    firstIndex: 0,
    concurrency: 0,
    cleanupConcurrency: 0,
    command: "sleep 0.01 && echo hello",
    expectOutput: "hello",
    generatorLimits: GENERATOR_LIMITS,
    workspaceTtlMs: 3_600_000,
    ...overrides,
    connections: {
      total: 8,
      sshShare: 0.25,
      rampPerSecond: 400,
      holdMs: 100,
      commandsPerSecond: 100,
      ...overrides.connections,
    },
    timeouts: {
      buildMs: 20_000,
      agentMs: 20_000,
      connectMs: 20_000,
      commandMs: 20_000,
      deleteMs: 20_000,
      ...overrides.timeouts,
    },
  };
}

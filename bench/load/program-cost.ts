import { bundledWorkload } from "./generator-cost.ts";
import { LEAN_NODE } from "../../harness/workload/worker-process/lean-process.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { firstOf, loadOnWorkspaces, type RealDeployment } from "./real-deployment.ts";

const HOLD_MS = 30_000;
/** Commands a second and session. */
const COMMANDS = 2;

/** What one `coder ssh --stdio` costs the generator, in CPU of its own processes. */
export interface ProgramCost {
  readonly sessions: number;
  readonly held: number;
  /** To start, connect and give its first answers. */
  readonly openCpuMs: number;
  readonly commandCpuMs: number;
}

/** Measures sessions of Coder's own client on the deployment: without commands in the hold, and with some. */
export async function costOfPrograms(deployment: RealDeployment, binary: string): Promise<ProgramCost> {
  const sessions = deployment.workspaces;
  const idle = await childCpu(deployment, binary, 0);
  const busy = await childCpu(deployment, binary, COMMANDS * sessions);
  const commands = (COMMANDS * sessions * HOLD_MS) / 1000;
  return {
    sessions,
    held: Math.min(idle.held, busy.held),
    // Each workspace was also visited by a session.
    openCpuMs: (idle.cpuSeconds * 1000) / (2 * sessions),
    commandCpuMs: ((busy.cpuSeconds - idle.cpuSeconds) * 1000) / commands,
  };
}

async function childCpu(
  deployment: RealDeployment,
  coderBinary: string,
  commandsPerSecond: number,
): Promise<{ readonly held: number; readonly cpuSeconds: number }> {
  const runner = localWorkerRunner({ command: [process.execPath, ...LEAN_NODE, await bundledWorkload()] });
  const { url, workspaces } = deployment;
  const task = loadOnWorkspaces(deployment, {
    deployment: { url, ssh: "stdio", coderBinary, stdioSessions: workspaces },
    existing: firstOf(workspaces),
    connections: { total: workspaces, sshShare: 1, rampPerSecond: 2, holdMs: HOLD_MS, commandsPerSecond },
  });
  const { signal } = new AbortController();
  const { connections, generator } = await runner.load(task, { signal, onEvent: () => undefined });
  return { held: connections.held, cpuSeconds: generator.childCpuSeconds ?? 0 };
}

export function programLine({ sessions, held, openCpuMs, commandCpuMs }: ProgramCost): string {
  return `a coder ssh --stdio: ${openCpuMs.toFixed(0)} ms of CPU to start, connect and answer, ${commandCpuMs.toFixed(2)} ms a command (${held} of ${sessions} sessions held)`;
}

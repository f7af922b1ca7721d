import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../harness/tools/error.ts";
import type { LocalProcess } from "../../harness/tools/process/local-process.ts";
import { type Running, startProgram } from "./process-group.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** Content of a template's order to start an agent. */
const agentOrder = z.object({ token: z.string(), labels: z.record(z.string(), z.string()) });

/** Records the agents of this deployment as the things that they represent. */
export interface AgentNotes {
  started(workspace: string, labels: Readonly<Record<string, string>>, process: LocalProcess): Promise<void>;
  ended(workspace: string): Promise<void>;
}

export interface AgentsOptions {
  readonly binary: string;
  /** URL of the server. */
  readonly url: string;
  /** Holds a separate folder for each agent, its home. */
  readonly folder: string;
  readonly notes: AgentNotes;
  readonly onWarning: (message: string) => void;
}

/** The agents of a deployment: processes of this machine, started and ended by orders that builds write to a folder. */
export interface Agents {
  /** Folder for orders: `<workspace>.start` and `<workspace>.stop`. */
  readonly orders: string;
  stop(): Promise<void>;
}

const STOP_MS = 800;
/** A watcher may miss a file; a build waits for its order much longer. */
const LOOK_AGAIN_MS = 500;
const ORDER = /^([0-9a-f-]{36})\.(start|stop)$/;

/** Carries out orders until it is stopped; all agents end with it. */
export function keepAgents(options: AgentsOptions): Agents {
  const orders = join(options.folder, "orders");
  rmSync(orders, { recursive: true, force: true });
  mkdirSync(orders, { recursive: true, mode: 0o700 });
  const running = new Map<string, Running>();
  const busy = new Set<string>();

  const carryOut = async (file: string): Promise<void> => {
    const [, workspace = "", what] = ORDER.exec(file) ?? [];
    if (what === undefined || busy.has(workspace)) return;
    busy.add(workspace);
    try {
      if (what === "start") await start(workspace, readFileSync(join(orders, file), "utf8"));
      else await end(workspace);
      rmSync(join(orders, file), { force: true });
    } catch (error) {
      options.onWarning(`the order ${file} cannot be carried out: ${messageOf(error)}`);
      rmSync(join(orders, file), { force: true });
    } finally {
      busy.delete(workspace);
    }
  };
  const start = async (workspace: string, text: string): Promise<void> => {
    const { token, labels } = agentOrder.parse(parseJson(text));
    await end(workspace);
    const agent = startAgent(options, workspace, token);
    running.set(workspace, agent);
    await options.notes.started(workspace, labels, agent.identity);
    void agent.ended.then((how) => {
      if (running.get(workspace) === agent) options.onWarning(`the agent of ${workspace} ended: ${how}`);
    });
  };
  const end = async (workspace: string): Promise<void> => {
    const agent = running.get(workspace);
    running.delete(workspace);
    await agent?.stop(STOP_MS);
    rmSync(join(options.folder, workspace), { recursive: true, force: true });
    await options.notes.ended(workspace);
  };
  const look = (): void => {
    for (const file of readdirSync(orders)) void carryOut(file);
  };
  const watcher = watch(orders, look);
  const timer = setInterval(look, LOOK_AGAIN_MS);
  return {
    orders,
    stop: async () => {
      watcher.close();
      clearInterval(timer);
      const agents = [...running.values()];
      // Forget the agents first, so that their end does not cause a warning.
      running.clear();
      await Promise.all(agents.map((agent) => agent.stop(STOP_MS)));
    },
  };
}

/**
 * Starts an agent as a workspace does, without things that all agents would compete for: ports and the machine's
 * containers.
 */
function startAgent({ binary, url, folder }: AgentsOptions, workspace: string, token: string): Running {
  const home = join(folder, workspace);
  mkdirSync(home, { recursive: true });
  chmodSync(home, 0o700);
  return startProgram({
    file: binary,
    args: ["agent", "--no-reap", "--pprof-address=", "--prometheus-address=", "--debug-address="],
    cwd: home,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      TMPDIR: home,
      CODER_AGENT_URL: url,
      CODER_AGENT_TOKEN: token,
      CODER_AGENT_LOG_DIR: home,
      CODER_AGENT_SCRIPT_DATA_DIR: home,
      CODER_AGENT_DEVCONTAINERS_ENABLE: "false",
    },
    log: join(home, "agent.log"),
    stopSignal: "SIGTERM",
  });
}

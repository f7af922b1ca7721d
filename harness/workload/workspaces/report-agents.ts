import { type Agent, agentsOf } from "../../coder/http/schemas.ts";
import { readAgentLog } from "../context/failure-logs.ts";
import { Limiter } from "../../tools/time/limiter.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { isSettled, recordStartup, describeAgent } from "./look-at-agents.ts";
import { countOf } from "../../tools/count-text.ts";

const IN_FLIGHT = 16;

/**
 * Checks once more, at the end of a load, the workspaces whose agents had not all started when they were
 * first used. Records how long the start-up script took, or that it failed or still runs, and the state of
 * agents that the load did not use. This never fails a workspace, because it could be used.
 */
export async function reportAgents(load: LoadContext, workspaces: readonly LoadWorkspace[]): Promise<void> {
  const slots = new Limiter(IN_FLIGHT);
  const unsettled = workspaces.filter(({ isSettled: is, agentId }) => is === false && agentId !== undefined);
  const others = new Map<string, number>();
  const lost: string[] = [];
  await Promise.all(
    unsettled.map((workspace) =>
      slots.run(async () => {
        if (load.signal.aborted) return;
        const seen = await load.admin.workspace(workspace.id ?? "");
        if (!seen.ok) {
          lost.push(seen.failure.message);
          return;
        }
        for (const agent of agentsOf(seen.value)) {
          if (agent.id === workspace.agentId) await reportStartup(load, workspace, agent);
          else if (!isSettled(agent))
            others.set(describeAgent(agent), (others.get(describeAgent(agent)) ?? 0) + 1);
        }
      }),
    ),
  );
  const [example] = lost;
  if (example !== undefined)
    load.note(
      `the final state of the agents of ${countOf(lost.length, "workspace")} is not known: ${example}`,
    );
  for (const [state, count] of others)
    load.note(`not used by the load, in ${countOf(count, "workspace")}: ${state}`);
}

async function reportStartup(load: LoadContext, workspace: LoadWorkspace, agent: Agent): Promise<void> {
  if (workspace.isMeasured !== false) recordStartup(load, agent);
  if (agent.lifecycle_state === "ready") return;
  const message = `${describeAgent(agent)}; the workspace could still be used`;
  load.failures.add("startup-script", "agent-ready", message);
  await load.failures.explain("startup-script", "agent-ready", describeAgent(agent), () =>
    readAgentLog(load.admin, agent.id),
  );
}

import { type Agent, agentsOf, type Job, type Workspace } from "../coder/schemas.ts";
import type { Look } from "./await-ready.ts";
import type { LoadContext } from "./load-context.ts";

/** Whether the agents of a built workspace are ready, and which of them the load goes to; measured unless it is old. */
export function lookAtAgents(load: LoadContext, workspace: Workspace, { isMeasured = true } = {}): Look {
  // What runs inside an agent, such as a dev container, comes and goes by itself.
  const agents = agentsOf(workspace).filter(({ parent_id }) => parent_id == null);
  const chosen = chooseAgent(agents, load.task.agent);
  if (load.task.skipAgents === true)
    return { state: "ready", ...(chosen === undefined ? {} : { agentId: chosen.id }) };
  if (agents.length === 0) return failed("the template gives the workspace no agent");
  if (chosen === undefined)
    return failed(`no agent is named ${load.task.agent ?? ""}: the workspace has ${namesOf(agents)}`);
  const broken = agents.find(
    (agent) => agent.status === "timeout" || /_(error|timeout)$/.test(agent.lifecycle_state),
  );
  if (broken !== undefined)
    return failed(`agent ${broken.name} is ${broken.status}, its start-up ${broken.lifecycle_state}`);
  const isReady = agents.every((agent) => agent.status === "connected" && agent.lifecycle_state === "ready");
  if (!isReady) return { state: "waiting", for: "agent" };
  for (const agent of isMeasured ? agents : []) recordAgent(load, agent, workspace.latest_build.job);
  return { state: "ready", agentId: chosen.id };
}

/** The agent of that name, or the first. */
export function chooseAgent(agents: readonly Agent[], name: string | undefined): Agent | undefined {
  return name === undefined ? agents[0] : agents.find((agent) => agent.name === name);
}

function recordAgent(load: LoadContext, agent: Agent, job: Job): void {
  const { first_connected_at: connected, started_at: started, ready_at: ready } = agent;
  if (job.completed_at != null && connected != null)
    load.latencies.recordSpan("agent-connect", Date.parse(job.completed_at), Date.parse(connected));
  if (started != null && ready != null)
    load.latencies.recordSpan("agent-ready", Date.parse(started), Date.parse(ready));
}

function failed(message: string): Look {
  return { state: "failed", class: "agent-timeout", phase: "workspace-ready", message };
}

function namesOf(agents: readonly Agent[]): string {
  return agents.map(({ name }) => name).join(", ");
}

import { type Agent, agentsOf, type Job, type Workspace } from "../../coder/http/schemas.ts";
import type { LoadContext } from "../context/load-context.ts";
import type { CoderFailure } from "../../coder/http/answer.ts";
import type { FailureClass, Phase } from "../../model/record/worker-result.ts";

/** The result of one poll of a workspace. */
export type Look =
  | {
      readonly state: "ready";
      readonly agentId?: string;
      readonly agentName?: string;
      /** Whether all its agents have started, so that the load's end need not check them. */
      readonly isSettled?: boolean;
    }
  | {
      readonly state: "waiting";
      readonly for: "build" | "agent";
      /** The agent that is awaited, and its state as a sentence. */
      readonly agentId?: string;
      readonly seen?: string;
      /** The failure, if the poll had no answer. */
      readonly lost?: CoderFailure;
    }
  | {
      readonly state: "failed";
      readonly class: FailureClass;
      readonly phase: Phase;
      readonly message: string;
    };

/**
 * Whether the load's agent is usable, by the same rules as Coder's own client. Measured unless the workspace
 * is old. Other agents are not awaited; they are checked at the load's end (`reportAgents`).
 */
export function lookAtAgents(load: LoadContext, workspace: Workspace, { isMeasured = true } = {}): Look {
  const agents = agentsOf(workspace);
  const agent = chooseAgent(agents, load.task.agent);
  if (load.task.skipAgents === true) return { state: "ready", ...(agent && agentFields(agent)) };
  if (agents.length === 0) return failed("the template defines no agent for the workspace");
  if (agent === undefined)
    return failed(
      `the workspace has no agent "${load.task.agent ?? ""}", expected one of ${namesOf(agents)}`,
    );
  if (/^shut|^off$/.test(agent.lifecycle_state))
    return failed(`${describeAgent(agent)}: it is shutting down`);
  if (!isUsable(agent))
    return { state: "waiting", for: "agent", agentId: agent.id, seen: describeAgent(agent) };
  if (isMeasured) {
    const { job } = workspace.latest_build;
    recordConnect(load, agent, job);
    recordStartup(load, agent);
  }
  return { state: "ready", ...agentFields(agent), isSettled: agents.every(isSettled) };
}

/**
 * The agent for terminals, SSH and apps: the one with the given name. Without a name, the first by name of
 * the agents that the template declares, because their order may differ between workspaces. An agent inside
 * another one, such as that of a dev container, is only used by name.
 */
export function chooseAgent<
  A extends Pick<Agent, "name"> & { readonly parent_id?: string | null | undefined },
>(agents: readonly A[], name: string | undefined): A | undefined {
  if (name !== undefined) return agents.find((agent) => agent.name === name);
  const declared = agents.filter(({ parent_id }) => parent_id == null);
  return declared.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
}

/**
 * Whether the agent is connected and its start-up script does not block. The template decides whether the
 * script blocks; only a blocking one is awaited, whatever its result.
 */
function isUsable({
  status,
  lifecycle_state: lifecycle,
  startup_script_behavior: behaviour,
}: Agent): boolean {
  if (status !== "connected") return false;
  return behaviour !== "blocking" || (lifecycle !== "created" && lifecycle !== "starting");
}

/** Whether the agent is connected and fully started, so that the load's end need not check it. */
export function isSettled({ status, lifecycle_state: lifecycle }: Agent): boolean {
  return status === "connected" && lifecycle === "ready";
}

/** For example `agent main is connected, its start-up script start_error`. */
export function describeAgent({ name, status, lifecycle_state: lifecycle }: Agent): string {
  return `agent ${name} is ${status}, its start-up script ${lifecycle}`;
}

/** Records how long the start-up script took, once it has ended. */
export function recordStartup(load: LoadContext, { started_at: started, ready_at: ready }: Agent): void {
  if (started != null && ready != null)
    load.latencies.recordSpan("agent-ready", Date.parse(started), Date.parse(ready));
}

function recordConnect(load: LoadContext, { first_connected_at: connected }: Agent, job: Job): void {
  if (job.completed_at != null && connected != null)
    load.latencies.recordSpan("agent-connect", Date.parse(job.completed_at), Date.parse(connected));
}

function agentFields({ id, name }: Agent): { readonly agentId: string; readonly agentName: string } {
  return { agentId: id, agentName: name };
}

function failed(message: string): Look {
  return { state: "failed", class: "agent-timeout", phase: "workspace-ready", message };
}

function namesOf(agents: readonly Agent[]): string {
  return agents.map(({ name }) => name).join(", ");
}

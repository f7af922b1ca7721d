import { type Agent, agentsOf, type Job, type Workspace } from "../../coder/http/schemas.ts";
import type { LoadContext } from "../context/load-context.ts";
import type { CoderFailure } from "../../coder/http/answer.ts";
import type { FailureClass, Phase } from "../../model/record/worker-result.ts";

/** What one look at a workspace showed. */
export type Look =
  | {
      readonly state: "ready";
      readonly agentId?: string;
      readonly agentName?: string;
      /** Whether nothing is left to be told of its agents at the load's end. */
      readonly isSettled?: boolean;
    }
  | {
      readonly state: "waiting";
      readonly for: "build" | "agent";
      /** The agent that is waited for, and its state in words. */
      readonly agentId?: string;
      readonly seen?: string;
      /** What came in place of an answer. */
      readonly lost?: CoderFailure;
    }
  | {
      readonly state: "failed";
      readonly class: FailureClass;
      readonly phase: Phase;
      readonly message: string;
    };

/**
 * Whether the agent that the load goes to can be used, as Coder's own client decides it; measured unless it is old.
 * Other agents of the workspace are looked at when the load is over (`tellAgents`): nothing waits for them.
 */
export function lookAtAgents(load: LoadContext, workspace: Workspace, { isMeasured = true } = {}): Look {
  const agents = agentsOf(workspace);
  const agent = chooseAgent(agents, load.task.agent);
  if (load.task.skipAgents === true) return { state: "ready", ...(agent && reached(agent)) };
  if (agents.length === 0) return failed("the template gives the workspace no agent");
  if (agent === undefined)
    return failed(`no agent is named ${load.task.agent ?? ""}: the workspace has ${namesOf(agents)}`);
  if (/^shut|^off$/.test(agent.lifecycle_state)) return failed(`${stateOf(agent)}: it shuts down`);
  if (!isUsable(agent)) return { state: "waiting", for: "agent", agentId: agent.id, seen: stateOf(agent) };
  if (isMeasured) {
    const { job } = workspace.latest_build;
    recordConnect(load, agent, job);
    recordStartup(load, agent);
  }
  return { state: "ready", ...reached(agent), isSettled: agents.every(isSettled) };
}

/**
 * The agent that terminals, SSH and apps all go to: the one of that name. Without a name it is the first by name of the
 * agents that the template declares, since their order may differ from one workspace to the next; one inside another
 * agent, such as a dev container's, is only reached when it is named.
 */
export function chooseAgent<
  A extends Pick<Agent, "name"> & { readonly parent_id?: string | null | undefined },
>(agents: readonly A[], name: string | undefined): A | undefined {
  if (name !== undefined) return agents.find((agent) => agent.name === name);
  const declared = agents.filter(({ parent_id }) => parent_id == null);
  return declared.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
}

/**
 * Connected, and its start-up script is over, however it went, or need not be over: only a blocking one is waited for,
 * which is the template's choice.
 */
function isUsable({
  status,
  lifecycle_state: lifecycle,
  startup_script_behavior: behaviour,
}: Agent): boolean {
  if (status !== "connected") return false;
  return behaviour !== "blocking" || (lifecycle !== "created" && lifecycle !== "starting");
}

/** Nothing more is to be said of it at the load's end. */
export function isSettled({ status, lifecycle_state: lifecycle }: Agent): boolean {
  return status === "connected" && lifecycle === "ready";
}

/** Such as `agent main is connected, its start-up script start_error`. */
export function stateOf({ name, status, lifecycle_state: lifecycle }: Agent): string {
  return `agent ${name} is ${status}, its start-up script ${lifecycle}`;
}

/** How long the start-up script took, once it is over. */
export function recordStartup(load: LoadContext, { started_at: started, ready_at: ready }: Agent): void {
  if (started != null && ready != null)
    load.latencies.recordSpan("agent-ready", Date.parse(started), Date.parse(ready));
}

function recordConnect(load: LoadContext, { first_connected_at: connected }: Agent, job: Job): void {
  if (job.completed_at != null && connected != null)
    load.latencies.recordSpan("agent-connect", Date.parse(job.completed_at), Date.parse(connected));
}

function reached({ id, name }: Agent): { readonly agentId: string; readonly agentName: string } {
  return { agentId: id, agentName: name };
}

function failed(message: string): Look {
  return { state: "failed", class: "agent-timeout", phase: "workspace-ready", message };
}

function namesOf(agents: readonly Agent[]): string {
  return agents.map(({ name }) => name).join(", ");
}

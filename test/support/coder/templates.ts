import type { AnswerFault } from "../../../rehearsal/emulator/faults.ts";
import { changing } from "./coder-faults.ts";

/** Returns the `main.tf` of a template: an agent of each name with an app `<agent>-echo`, a preset `small`, and a required number `home_disk_size`. */
export function templateWith({
  agents = ["main"],
  system = "linux",
  hasParameter = true,
}: {
  readonly agents?: readonly string[];
  readonly system?: string;
  readonly hasParameter?: boolean;
} = {}): string {
  return [
    hasParameter ? `data "coder_parameter" "home_disk_size" {\n  type = "number"\n}` : "",
    `data "coder_workspace_preset" "small" {\n  name = "small"\n}`,
    ...agents.map(
      (name) => `resource "coder_agent" "${name}" {
  os = "${system}"
}
resource "coder_app" "${name}-echo" {
  agent_id = coder_agent.${name}.id
  slug     = "${name}-echo"
}`,
    ),
    `resource "kubernetes_pod" "main" {}\n`,
  ].join("\n");
}

interface Workspace {
  readonly latest_build: { readonly resources: readonly { agents?: { readonly name: string }[] }[] };
}

/** Sets fields of each workspace's agents, by the agents' names. */
export function withAgents(fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>): AnswerFault {
  return changing(
    /^(GET|POST) \/workspaces(\/[^/]+)?$/,
    (answer: Workspace | { workspaces: Workspace[] }) => {
      const workspaces = "workspaces" in answer ? answer.workspaces : [answer];
      for (const resource of workspaces.flatMap((workspace) => workspace.latest_build.resources))
        if (resource.agents)
          resource.agents = resource.agents.map((agent) => ({ ...agent, ...fields[agent.name] }));
      return answer;
    },
  );
}

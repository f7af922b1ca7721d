import type { Phase } from "../model/shard-result.ts";

/** What each phase measures, for a reader who knows no record. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  "create-user": "a user is made, with its token",
  "create-workspace": "Coder answers that a workspace will be made",
  "build-queue": "its build waits for a provisioner, by Coder's clock",
  build: "its build runs, by Coder's clock",
  "build-init": "of the build: Terraform gets its providers and modules ready",
  "build-plan": "of the build: Terraform plans",
  "build-graph": "of the build: Terraform draws its graph",
  "build-apply": "of the build: Terraform makes what was planned",
  "agent-connect": "from the build's end until the workspace's agent is connected, by Coder's clock",
  "agent-ready": "from the agent's start until it is ready, by Coder's clock",
  "workspace-ready": "from the wish for a workspace until every agent of it is seen connected",
  "ssh-handshake": "an SSH connection to a workspace is open",
  "terminal-first-byte": "a web terminal shows its first output",
  command: "a command was typed, and its output is there",
  "held-command": "a word over a connection that is held open came back",
  "traffic-tick": "traffic over a connection that is held open came back",
  "api-read": "a page of the dashboard asks Coder's API",
  "api-probe": "what somebody feels meanwhile who is no part of the load: one call of Coder's API",
  "app-echo": "a message to an app inside a workspace came back",
  "stop-workspace": "a workspace is stopped",
  "start-workspace": "a workspace is started until every agent is ready again",
  "delete-workspace": "a workspace is deleted",
  "delete-user": "a user is deleted",
  "coder-run": "one run of Coder's own utility: user, login, workspace, agents, command",
};

import type { Objective } from "./architecture.ts";

/** What every architecture must reach; paths go into the measurements of a record. */
export const OBJECTIVES: readonly Objective[] = [
  {
    name: "workspaces-succeeded",
    description: "workspaces that were created, reached and ran the command, share of those asked for",
    metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
    threshold: 0.99,
    direction: "at-least",
  },
  {
    // Ours: without it a run that held ten of its thousand connections would pass on those ten.
    name: "connections-held",
    description: "connections held at the same time, share of those asked for",
    metric: { path: "connections.held", per: "connections.asked" },
    threshold: 0.99,
    direction: "at-least",
  },
  {
    name: "connections-verified",
    description: "held connections that carried a verified answer, share of those held",
    metric: { path: "connections.verified", per: "connections.held" },
    threshold: 1,
    direction: "at-least",
  },
];

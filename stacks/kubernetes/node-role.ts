/** What lives on a node. */
export type NodeRole = "coder" | "workspaces" | "system";

/** Key of the node label that a pod of the role selects; one node may have several roles. */
export function roleLabel(role: NodeRole): string {
  return `bench-role-${role}`;
}

/** Key of the taint that keeps other pods away; its value is the role. */
export const ROLE_TAINT = "bench-role";

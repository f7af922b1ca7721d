/** The role of a node. */
export type NodeRole = "coder" | "workspaces" | "system";

/** Returns the key of the node label that selects a role. One node may have several roles. */
export function roleLabel(role: NodeRole): string {
  return `bench-role-${role}`;
}

/** The key of the taint that excludes other pods. Its value is the role. */
export const ROLE_TAINT = "bench-role";

/** The role of a node. */
export type NodeRole = "coder" | "workspaces" | "system" | "provisioners" | "load";

/** Returns the key of the node label that selects a role. One node may have several roles. */
export function roleLabel(role: NodeRole): string {
  return `bench-role-${role}`;
}

/** The key of the taint that excludes other pods. Its value is the role. */
export const ROLE_TAINT = "bench-role";

/** Which nodes the pods of a role may use. */
export interface NodePlacement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string; readonly value: string }[];
}

/** Returns the nodes of a role in a cluster whose nodes have the labels and taints of their roles. */
export function rolePlacement(role: NodeRole): NodePlacement {
  return { nodeSelector: { [roleLabel(role)]: "true" }, tolerations: [{ key: ROLE_TAINT, value: role }] };
}

/** Returns a node selector as the workspace template reads it: `key=value`, with commas between them. */
export function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

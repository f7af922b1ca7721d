import type { Size } from "../../reference-architectures/architecture.ts";
import type { NodeRole } from "./node-role.ts";

/** One pool of nodes that a size asks for. */
export interface PoolPlan {
  readonly name: NodeRole;
  readonly machineType: string;
  /** Google: the oldest processor that its nodes may have. */
  readonly minCpuPlatform?: string | undefined;
  readonly nodes: number;
  /** Every role whose pods may land here. */
  readonly roles: readonly NodeRole[];
  readonly tainted: boolean;
}

/** The pools of a size: roles without nodes of their own live on Coder's, and those take Kubernetes' own pods then. */
export function planPools({ machines }: Size): readonly PoolPlan[] {
  const names = Object.keys(machines) as NodeRole[];
  const shared = names.filter((name) => machines[name].nodes === 0);
  return names
    .filter((name) => machines[name].nodes > 0)
    .map((name) => {
      const roles = name === "coder" ? [name, ...shared] : [name];
      const { machineType, minCpuPlatform, nodes } = machines[name];
      return {
        name,
        machineType,
        minCpuPlatform,
        nodes,
        roles,
        tainted: name !== "system" && roles.length === 1,
      };
    });
}

/** How many nodes the pods of a role may land on. */
export function countNodesOf(role: NodeRole, size: Size): number {
  return planPools(size)
    .filter(({ roles }) => roles.includes(role))
    .reduce((sum, { nodes }) => sum + nodes, 0);
}

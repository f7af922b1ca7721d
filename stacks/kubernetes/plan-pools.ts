import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import type { NodeRole } from "./node-role.ts";

/** One pool of nodes of a size. */
export interface PoolPlan {
  readonly name: NodeRole;
  readonly machineType: string;
  /** Google: the oldest processor that its nodes may have. */
  readonly minCpuPlatform?: string | undefined;
  readonly nodes: number;
  /** Every role whose pods may run here. */
  readonly roles: readonly NodeRole[];
  readonly tainted: boolean;
}

/** Returns the pools of an environment: those of its size, and one for generators if it has machines for them. */
export function planPools(
  size: Size,
  { generators }: Pick<Environment, "generators"> = {},
): readonly PoolPlan[] {
  const { machineType, minCpuPlatform } = size.machines.runner;
  return [
    ...planSizePools(size),
    ...(generators === undefined
      ? []
      : [
          {
            name: "load" as const,
            machineType,
            minCpuPlatform,
            nodes: generators.nodes,
            roles: ["load" as const],
            // The load would measure itself if another pod took its machine.
            tainted: true,
          },
        ]),
  ];
}

/** The roles of a size's pools. External provisioners never share Coder's nodes. */
const ROLES = ["coder", "workspaces", "system", "provisioners"] as const;

/** Roles without their own nodes run on Coder's nodes, which then also run Kubernetes' own pods. */
function planSizePools({ machines }: Size): readonly PoolPlan[] {
  const names = ROLES.filter((name) => name !== "provisioners" || machines.provisioners.nodes > 0);
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

/** Returns the number of nodes on which pods of a role may run. */
export function countNodesOf(role: NodeRole, size: Size): number {
  return planPools(size)
    .filter(({ roles }) => roles.includes(role))
    .reduce((sum, { nodes }) => sum + nodes, 0);
}

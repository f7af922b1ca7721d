import { type RoleRequest, requestsOf } from "../../../../reference-architectures/capacity/own-cluster.ts";
import { countOf } from "../../../tools/count-text.ts";
import {
  type Amount,
  amountWords,
  type ClusterState,
  isSelected,
  type NodeState,
  readClusterState,
  sum,
} from "../../kubernetes/shared/cluster-state.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import { type KubernetesContext, kubectlOf } from "./context.ts";

/** Checks that every pod of the size finds a node, beside what other pods request already. */
export const nodesCheck: Check<KubernetesContext> = {
  name: "nodes",
  fix: (context) =>
    `choose a smaller --size, add nodes, or select others by --node-selector; ${kubectlOf(context)} describe nodes shows who requests what`,
  after: ["identity"],
  run: async ({ call, size, choice, parts = 0 }, signal) => {
    const state = await readClusterState(call, signal);
    if (state.state === "failed") return unknown(`cannot read nodes and pods: ${state.reason}`);
    const selector = choice.nodeSelector ?? {};
    const selected = state.nodes.filter((node) => isSelected(node, selector));
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    const those = labels.length === 0 ? "" : ` with ${labels.join(", ")}`;
    if (selected.length === 0)
      return failedCheck(`none of the ${countOf(state.nodes.length, "node")} is selected${those}`);
    const usable = selected.filter(({ unusable }) => unusable === undefined);
    const others = selected.flatMap(({ name, unusable }) =>
      unusable === undefined ? [] : `${name}: ${unusable}`,
    );
    const aside = others.length === 0 ? "" : `; not usable: ${others.join(", ")}`;
    if (usable.length === 0) return failedCheck(`no node${those} can take a pod${aside}`);
    const free = freeOf(usable, state);
    const { databaseUrlSecret } = choice;
    const requests = requestsOf(size.figures, { parts }).filter(
      ({ role, pods }) => pods > 0 && (role !== "database" || databaseUrlSecret === undefined),
    );
    const unplaced = place(requests, free);
    const nodes = free.map(({ node, left }) => `${node.name} ${amountWords(left)}`).slice(0, 5);
    const more = free.length > 5 ? ` and ${free.length - 5} more` : "";
    const room = `free on ${countOf(free.length, "node")}${those}: ${nodes.join(", ")}${more}`;
    const need = `the pods request ${amountWords(sum(requests.map(totalOf)))}`;
    if (unplaced.length === 0) return passed(`${need}; ${room}${aside}`);
    const missing = amountWords(sum(unplaced.map(totalOf)));
    return failedCheck(
      `no node has room for ${unplaced.map(requestWords).join(" and for ")}, together ${missing}; ${need}; ${room}${aside}`,
    );
  },
};

/** The room of a node. */
export interface Room {
  readonly node: NodeState;
  readonly left: Amount;
  readonly pods: number;
}

/** What other pods leave of the nodes. */
export function freeOf(
  nodes: readonly NodeState[],
  { pods }: Extract<ClusterState, { state: "read" }>,
): readonly Room[] {
  return nodes.map((node) => {
    const there = pods.filter((pod) => pod.node === node.name);
    const taken = sum(there.map(({ requests }) => requests));
    return {
      node,
      left: {
        cpuMillis: Math.max(0, node.allocatable.cpuMillis - taken.cpuMillis),
        memoryMib: Math.max(0, node.allocatable.memoryMib - taken.memoryMib),
      },
      pods: node.allocatable.pods - there.length,
    };
  });
}

/**
 * Places pods on nodes, the largest first and each on the node where most remains, as the scheduler's default does
 * (LeastAllocated). Returns the requests that found no node, with how many of their pods.
 */
export function place(requests: readonly RoleRequest[], rooms: readonly Room[]): readonly RoleRequest[] {
  const state = rooms.map(({ left, pods }) => ({ ...left, pods, roles: new Set<string>() }));
  const largestFirst = [...requests].sort((one, other) => weightOf(other) - weightOf(one));
  return largestFirst.flatMap((request) => {
    const { role, cpuMillis, memoryMib, apart } = request;
    for (let placed = 0; placed < request.pods; placed += 1) {
      const [best] = state
        .filter((room) => room.cpuMillis >= cpuMillis && room.memoryMib >= memoryMib && room.pods > 0)
        .filter((room) => !apart || !room.roles.has(role))
        .sort((one, other) => weightOf(other) - weightOf(one));
      if (best === undefined) return [{ ...request, pods: request.pods - placed }];
      best.cpuMillis -= cpuMillis;
      best.memoryMib -= memoryMib;
      best.pods -= 1;
      best.roles.add(role);
    }
    return [];
  });
}

/** A core counts as much as 4 GiB, the ratio of general-purpose machines. */
function weightOf({ cpuMillis, memoryMib }: Amount): number {
  return cpuMillis / 1_000 + memoryMib / 4_096;
}

function totalOf({ pods, cpuMillis, memoryMib }: RoleRequest): Amount {
  return { cpuMillis: pods * cpuMillis, memoryMib: pods * memoryMib };
}

const ROLE_WORDS = {
  coder: "Coder",
  provisioners: "external provisioners",
  database: "Postgres",
  workspaces: "workspaces",
  generator: "the load",
} as const satisfies Record<RoleRequest["role"], string>;

function requestWords({ role, pods, apart, ...each }: RoleRequest): string {
  const where = apart ? " on a node of its own" : "";
  return `${countOf(pods, "pod")} of ${ROLE_WORDS[role]} with ${amountWords(each)}${pods === 1 ? where : ` each${where}`}`;
}

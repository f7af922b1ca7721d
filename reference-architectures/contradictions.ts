import type { Architecture, Size } from "./architecture.ts";
import { findCapacityProblem } from "./capacity/find-problem.ts";
import type { Contradiction } from "./contradiction.ts";
import { ArchitectureError } from "./error.ts";

/** Throws if figures of a size contradict each other or the architecture, with the path to change. */
export function refuseContradictions(architecture: Architecture, size: Size): void {
  const problem = findContradiction(size) ?? findCapacityProblem(architecture, size);
  if (problem !== undefined) throw new ArchitectureError(problem.path, problem.value, problem.expected);
}

function findContradiction(size: Size): Contradiction | undefined {
  const workspacesMax = size.users * size.workspacesPerUser;
  if (size.workspaces > workspacesMax) {
    return {
      path: "workspaces",
      value: size.workspaces,
      expected: `at most ${workspacesMax} = users ${size.users} × workspacesPerUser ${size.workspacesPerUser}; set workspacesPerUser to say how`,
    };
  }
  const builds = size.coder.replicas * size.coder.daemonsPerReplica;
  if (size.concurrentBuilds !== builds) {
    return {
      path: "concurrentBuilds",
      value: size.concurrentBuilds,
      expected: `${builds} = coder.replicas ${size.coder.replicas} × coder.daemonsPerReplica ${size.coder.daemonsPerReplica}; set both`,
    };
  }
  if (size.connections.total < size.workspaces) {
    return {
      path: "connections.total",
      value: size.connections.total,
      expected: `at least ${size.workspaces}, one for each of the workspaces`,
    };
  }
  const needsLicence = size.coder.replicas > 1 || size.provisioners === "external";
  if (needsLicence && !size.licensed) {
    return {
      path: "licensed",
      value: false,
      expected: "true: more than one replica, and external provisioners, are licensed features",
    };
  }
  if (size.provisioners === "external") {
    return {
      path: "provisioners",
      value: size.provisioners,
      expected: `"builtin": external ones are not deployed by any stack`,
    };
  }
  return undefined;
}

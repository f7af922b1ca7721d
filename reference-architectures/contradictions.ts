import type { Architecture, Size } from "./architecture.ts";
import { buildCapacity } from "./capacity/build-capacity.ts";
import { findCapacityProblem } from "./capacity/find-problem.ts";
import type { Contradiction } from "./contradiction.ts";
import { findScheduleProblem } from "./mixed/schedule-problem.ts";
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
  const builds = findBuildContradiction(size);
  if (builds !== undefined) return builds;
  if (size.connections.total < size.workspaces) {
    return {
      path: "connections.total",
      value: size.connections.total,
      expected: `at least ${size.workspaces}, one for each of the workspaces`,
    };
  }
  const schedule = size.schedule && findScheduleProblem(size.schedule, Math.min(size.users, size.workspaces));
  if (schedule !== undefined) {
    const { field, value, expected, next } = schedule;
    return { path: `schedule.${field}`, value, expected: `${expected}; ${next}` };
  }
  const needsLicence = size.coder.replicas > 1 || size.provisioners === "external";
  if (needsLicence && !size.licensed) {
    return {
      path: "licensed",
      value: false,
      expected: "true: more than one replica, and external provisioners, are licensed features",
    };
  }
  return undefined;
}

/** Builds are counted by one kind of provisioner only, so that each row says who ran them. */
function findBuildContradiction(size: Size): Contradiction | undefined {
  const { coder, provisioners, externalProvisioners, concurrentBuilds, machines } = size;
  const isExternal = provisioners === "external";
  if (isExternal !== (coder.daemonsPerReplica === 0)) {
    return {
      path: "coder.daemonsPerReplica",
      value: coder.daemonsPerReplica,
      expected: isExternal
        ? "0 with provisioners=external: no build runs beside coderd"
        : "at least 1 with provisioners=builtin",
    };
  }
  if (!isExternal && machines.provisioners.nodes > 0) {
    return {
      path: "machines.provisioners.nodes",
      value: machines.provisioners.nodes,
      expected: "0 with provisioners=builtin",
    };
  }
  const builds = buildCapacity(size);
  if (concurrentBuilds === builds) return undefined;
  return {
    path: "concurrentBuilds",
    value: concurrentBuilds,
    expected: isExternal
      ? `${builds} = externalProvisioners.count ${externalProvisioners.count}; set both`
      : `${builds} = coder.replicas ${coder.replicas} × coder.daemonsPerReplica ${coder.daemonsPerReplica}; set both`,
  };
}

import type { Size } from "../architecture.ts";
import type { Contradiction } from "../contradiction.ts";
import { type MachineType, machineOf } from "../machine-types.ts";
import { findProvisionerRoom } from "./provisioners.ts";

/** The resources of a machine for the system, Docker and monitoring agents. Ours, rounded up. */
const SYSTEM = { cpuMillis: 1_000, memoryMib: 2_048 } as const;

/** A network of Docker is a Linux bridge, which has 1,024 ports. */
const CONTAINERS = 1_023;

/** Returns the first figure that is too small for Coder and its workspaces on one machine; undefined if all fit. */
export function findOneMachineProblem(size: Size): Contradiction | undefined {
  const single = findSingleProblem(size);
  if (single !== undefined) return single;
  if (size.provisioners === "external") {
    return {
      path: "provisioners",
      value: size.provisioners,
      expected: '"builtin": workspaces are containers on Coder\'s machine, which another machine cannot make',
    };
  }
  if (size.machines.workspaces.nodes > 0) {
    return {
      path: "machines.workspaces.nodes",
      value: size.machines.workspaces.nodes,
      expected: "0, because workspaces are containers on Coder's machine",
    };
  }
  if (size.workspaces > CONTAINERS) {
    return {
      path: "workspaces",
      value: size.workspaces,
      expected: `at most ${CONTAINERS}, the ports of one Docker network`,
    };
  }
  return findRoomProblem(size, size.workspaces);
}

/** Returns the first figure that is too small for workspaces on their own machines; undefined if all fit. */
export function findMachineEachProblem(size: Size): Contradiction | undefined {
  const { workspaces } = size.machines;
  const single = findSingleProblem(size);
  if (single !== undefined) return single;
  if (workspaces.nodes < size.workspaces) {
    return {
      path: "machines.workspaces.nodes",
      value: workspaces.nodes,
      expected: `at least ${size.workspaces}, a machine for each of the workspaces`,
    };
  }
  if (workspaces.diskType === undefined) {
    return {
      path: "machines.workspaces.diskType",
      value: undefined,
      expected: "the kind of a workspace's disk, such as pd-balanced",
    };
  }
  const machine = machineOf(workspaces.machineType);
  const { cpuMillis, memoryMib } = size.workspacePod;
  if (machine.cores * 1_000 < cpuMillis || machine.memoryGib * 1_024 < memoryMib) {
    return {
      path: "machines.workspaces.machineType",
      value: workspaces.machineType,
      expected: `a machine with at least ${cpuMillis}m cores and ${memoryMib} MiB`,
    };
  }
  return findRoomProblem(size, 0) ?? findProvisionerMachines(size);
}

/** Returns the kind of disk of a workspace's machine. The catalogue refuses sizes without it. */
export function workspaceDiskType({
  machines,
}: Size): NonNullable<Size["machines"]["workspaces"]["diskType"]> {
  const { diskType } = machines.workspaces;
  if (diskType === undefined) throw new Error("a size of workspaces on machines has no diskType");
  return diskType;
}

function findProvisionerMachines(size: Size): Contradiction | undefined {
  const { cores, memoryGib } = machineOf(size.machines.provisioners.machineType);
  return findProvisionerRoom(size, {
    cpuMillis: cores * 1_000 - SYSTEM.cpuMillis,
    memoryMib: memoryGib * 1_024 - SYSTEM.memoryMib,
  });
}

function findSingleProblem({ coder, machines }: Size): Contradiction | undefined {
  const figures: readonly (readonly [string, number])[] = [
    ["machines.coder.nodes", machines.coder.nodes],
    ["coder.replicas", coder.replicas],
  ];
  const wrong = figures.find(([, value]) => value !== 1);
  if (wrong !== undefined) {
    return { path: wrong[0], value: wrong[1], expected: "1, because Coder runs once on one machine" };
  }
  if (machines.system.nodes > 0) {
    return {
      path: "machines.system.nodes",
      value: machines.system.nodes,
      expected: "0, because there is no cluster",
    };
  }
  return undefined;
}

/** Checks the machine of Coder, Postgres if `on-box`, and the workspaces on it. */
function findRoomProblem(size: Size, workspaces: number): Contradiction | undefined {
  const { coder, workspacePod, machines } = size;
  const machine = machineOf(machines.coder.machineType);
  const database = onBox(size);
  const cpuMillis =
    coder.cpuMillis + database.cores * 1_000 + workspaces * workspacePod.cpuMillis + SYSTEM.cpuMillis;
  const memoryMib =
    (coder.memoryGib + database.memoryGib) * 1_024 + workspaces * workspacePod.memoryMib + SYSTEM.memoryMib;
  if (machine.cores * 1_000 >= cpuMillis && machine.memoryGib * 1_024 >= memoryMib) return undefined;
  return {
    path: "machines.coder.machineType",
    value: machines.coder.machineType,
    expected: `a machine with at least ${Math.ceil(cpuMillis / 1_000)} cores and ${Math.ceil(memoryMib / 1_024)} GB for Coder${database.cores > 0 ? ", Postgres" : ""}${workspaces > 0 ? ` and ${workspaces} workspaces` : ""}`,
  };
}

/** Returns the part of Coder's machine for Postgres, as in its tier. */
function onBox({ database }: Size): MachineType {
  const [, cores, memoryMib] = /^db-custom-(\d+)-(\d+)$/.exec(database.tier) ?? [];
  return database.kind === "on-box"
    ? { cores: Number(cores ?? 0), memoryGib: Number(memoryMib ?? 0) / 1_024 }
    : { cores: 0, memoryGib: 0 };
}

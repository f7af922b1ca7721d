import { lengthOfAll } from "../mixed/plan-schedule.ts";
import type { Architecture, Size } from "../architecture.ts";

/** The durations of the parts of a run, in hours. */
export interface Phases {
  /** From the first create until Coder is set up. */
  readonly provision: number;
  readonly load: number;
  /** Another installation of Coder in an existing environment, until it is set up. */
  readonly install: number;
  /** From the end or stop of the load to the last delete. */
  readonly teardown: number;
}

/**
 * Minutes until Coder answers: the slowest times in public logs of applies. Cloud SQL is the slowest part (up to 18
 * minutes), and on EKS the control plane (10 to 15) with nodes, add-ons and release after it. An own cluster pulls
 * images, makes Postgres' volume, and installs the release. Ours, rounded up.
 */
const PROVISION = { cluster: 22, ownCluster: 10, machine: 20, onBox: 6 } as const;

/** Minutes of the destroy: the slowest times of all steps that wait for each other. */
const DESTROY: Readonly<Record<Architecture["carriedBy"], number>> = {
  /** Node pools 4, control plane 8, network and its groups 3; Cloud SQL at the same time. */
  gke: 15,
  /** Node groups 4, control plane 8, gateway and subnetworks 4; RDS at the same time. */
  eks: 16,
  /** The release 2, the namespaces with their volumes 5. */
  "own-cluster": 7,
  /** Machines 1, Cloud SQL 3, network 2. */
  "one-machine": 6,
  "machine-each": 6,
};

/**
 * Minutes until another version is installed: the old pods end (their grace period is at most a minute), the chart is
 * installed, its image is on the nodes or is pulled again, and the database's migrations run. The chart's own limit
 * is 15.
 */
const INSTALL = 5;

/** Minutes for the first user, licence, replicas and template. */
const BOOTSTRAP = 3;

/**
 * Minutes of the load beside its builds and connections, for nodes, images and agents. Together with a minute for
 * each round of builds this is the objectives' limit, so a run that passes is within it.
 */
const LOAD = 3;

/** Minutes of each round of builds or deletes, as allowed by the objectives. */
export const MINUTES_PER_BUILD_ROUND = 1;

/** Minutes of each part of a run, with the slowest times. */
export interface PartMinutes {
  readonly provision: number;
  readonly bootstrap: number;
  /** Nodes, images and agents, beside the builds. */
  readonly readiness: number;
  readonly builds: number;
  readonly rampUp: number;
  readonly hold: number;
  /** The deletes of the workspaces, by the load or by the drain. */
  readonly drain: number;
  readonly destroy: number;
}

/** Returns the minutes of each part of a run of this size with one load. */
export function estimateMinutes({ carriedBy }: Pick<Architecture, "carriedBy">, size: Size): PartMinutes {
  const rounds = Math.ceil(size.workspaces / size.concurrentBuilds) * MINUTES_PER_BUILD_ROUND;
  const { total, rampPerSecond, holdSeconds } = size.connections;
  return {
    provision: provisionMinutes(carriedBy, size),
    bootstrap: BOOTSTRAP,
    readiness: LOAD,
    builds: rounds,
    rampUp: total / rampPerSecond / 60,
    // A schedule runs before the connections are opened.
    hold: (holdSeconds + (size.schedule === undefined ? 0 : lengthOfAll(size.schedule))) / 60,
    // After a stopped load, the drain deletes every workspace.
    drain: rounds,
    destroy: DESTROY[carriedBy],
  };
}

function provisionMinutes(carriedBy: Architecture["carriedBy"], size: Size): number {
  switch (carriedBy) {
    case "gke":
    case "eks":
      return PROVISION.cluster;
    case "own-cluster":
      return PROVISION.ownCluster;
    case "one-machine":
    case "machine-each":
      return size.database.kind === "on-box" ? PROVISION.onBox : PROVISION.machine;
  }
}

/** Returns the phases of a run of this size, with the slowest times. */
export function phasesOf(architecture: Pick<Architecture, "carriedBy">, size: Size): Phases {
  const minutes = estimateMinutes(architecture, size);
  return {
    provision: hours(minutes.provision + minutes.bootstrap),
    install: hours(INSTALL + minutes.bootstrap),
    load: hours(minutes.readiness + minutes.builds + minutes.rampUp + minutes.hold),
    teardown: hours(minutes.drain + minutes.destroy),
  };
}

function hours(minutes: number): number {
  return minutes / 60;
}

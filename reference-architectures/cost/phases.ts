import type { Architecture, Size } from "../architecture.ts";

/** How long each part of a run takes, in hours. */
export interface Phases {
  /** From the first create until Coder is set up. */
  readonly provision: number;
  readonly load: number;
  /** Of another installation of Coder in an environment that stands, until it is set up. */
  readonly install: number;
  /** From the load's end, or its being stopped, to the last delete. */
  readonly teardown: number;
}

/**
 * Minutes until Coder answers: the slow end of what public apply logs show. Cloud SQL decides (up to 18 minutes), and
 * on EKS the control plane (10 to 15) with nodes, add-ons and release behind it.
 */
const PROVISION = { cluster: 22, machine: 20, onBox: 6 } as const;

/** Minutes of the destroy: the slow end of each step that waits for the one before. */
const DESTROY: Readonly<Record<Architecture["carriedBy"], number>> = {
  /** Node pools 4, control plane 8, network and its groups 3; Cloud SQL beside them. */
  gke: 15,
  /** Node groups 4, control plane 8, gateway and subnetworks 4; RDS beside them. */
  eks: 16,
  /** Machines 1, Cloud SQL 3, network 2. */
  "one-machine": 6,
  "machine-each": 6,
};

/**
 * Minutes: the old pods end (their grace period is at most a minute), the chart is installed, its image lies on the nodes or
 * is pulled once more, and the database's migrations run. The chart's own limit is 15.
 */
const INSTALL = 5;

/** Minutes: first user, licence, replicas, template. */
const BOOTSTRAP = 3;

/**
 * Minutes of the load beside its builds and connections: nodes, images and agents. With a minute for each round of
 * builds it is what the objectives allow, so a run that passes is within it.
 */
const LOAD = 3;

/** Minutes that each round of builds takes, created or deleted: what the objectives allow. */
export const MINUTES_PER_BUILD_ROUND = 1;

/** Minutes of each part of a run, each at its slow end. */
export interface PartMinutes {
  readonly provision: number;
  readonly bootstrap: number;
  /** Nodes, images and agents, beside the builds. */
  readonly readiness: number;
  readonly builds: number;
  readonly rampUp: number;
  readonly hold: number;
  /** Deletes the workspaces, whether the load or the drain does. */
  readonly drain: number;
  readonly destroy: number;
}

/** The minutes of each part of a run of this size with one load. */
export function estimateMinutes({ carriedBy }: Pick<Architecture, "carriedBy">, size: Size): PartMinutes {
  const isCluster = carriedBy === "gke" || carriedBy === "eks";
  const machine = size.database.kind === "on-box" ? PROVISION.onBox : PROVISION.machine;
  const rounds = Math.ceil(size.workspaces / size.concurrentBuilds) * MINUTES_PER_BUILD_ROUND;
  const { total, rampPerSecond, holdSeconds } = size.connections;
  return {
    provision: isCluster ? PROVISION.cluster : machine,
    bootstrap: BOOTSTRAP,
    readiness: LOAD,
    builds: rounds,
    rampUp: total / rampPerSecond / 60,
    hold: holdSeconds / 60,
    // A load that is stopped leaves every workspace to the drain.
    drain: rounds,
    destroy: DESTROY[carriedBy],
  };
}

/** The phases of a run of this size, each at its slow end. */
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

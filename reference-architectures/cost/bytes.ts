import type { Size } from "../architecture.ts";
import { buildCapacity } from "../capacity/build-capacity.ts";

/**
 * GiB that one of our machines downloads from the internet: packages and images of Coder, Kubernetes and workspaces.
 * Ours, rounded up.
 */
const MACHINE_GIB = 2;
/** GiB that a workspace's machine downloads. Its agent comes from Coder. Ours. */
const WORKSPACE_MACHINE_GIB = 0.1;
/** GiB of providers that one provisioner daemon downloads into its own cache. Ours. */
const DAEMON_GIB = 0.2;

/**
 * Bytes per second and direction of one open connection, like a busy terminal. More than one verified command per
 * second.
 */
const CONNECTION_BYTES = 10_000;

const GIB = 2 ** 30;

/** Returns the GiB that come in through the network's NAT. */
export function fetchedGib(
  machines: { readonly full: number; readonly workspaces: number },
  size: Size,
): number {
  return (
    machines.full * MACHINE_GIB +
    machines.workspaces * WORKSPACE_MACHINE_GIB +
    buildCapacity(size) * DAEMON_GIB
  );
}

/** Returns the GiB of the connections in both directions, from the first opening to the end of the hold. */
export function connectionGib({ connections }: Size): number {
  const { total, rampPerSecond, holdSeconds } = connections;
  return (2 * CONNECTION_BYTES * total * (total / rampPerSecond + holdSeconds)) / GIB;
}

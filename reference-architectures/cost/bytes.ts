import type { Size } from "../architecture.ts";

/** GiB that one machine of ours fetches from the world: packages, images of Coder, of Kubernetes and of workspaces. Ours, rounded up. */
const MACHINE_GIB = 2;
/** What a machine that is a workspace fetches: its agent comes from Coder. Ours. */
const WORKSPACE_MACHINE_GIB = 0.1;
/** Providers that one provisioner daemon fetches into its own cache. Ours. */
const DAEMON_GIB = 0.2;

/** Bytes a second and direction of one held connection: what a busy terminal shows. Higher than a verified command a second. */
const CONNECTION_BYTES = 10_000;

const GIB = 2 ** 30;

/** GiB that come in through the network's way out. */
export function fetchedGib(
  machines: { readonly full: number; readonly workspaces: number },
  size: Size,
): number {
  const { replicas, daemonsPerReplica } = size.coder;
  return (
    machines.full * MACHINE_GIB +
    machines.workspaces * WORKSPACE_MACHINE_GIB +
    replicas * daemonsPerReplica * DAEMON_GIB
  );
}

/** GiB of the held connections, both directions, from the first that opens to the end of the hold. */
export function connectionGib({ connections }: Size): number {
  const { total, rampPerSecond, holdSeconds } = connections;
  return (2 * CONNECTION_BYTES * total * (total / rampPerSecond + holdSeconds)) / GIB;
}

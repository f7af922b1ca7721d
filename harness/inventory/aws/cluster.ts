import type { ClusterNode, ClusterPlace, NodesAnswer } from "../../model/ports/cluster.ts";
import type { RunId } from "../../model/run-id.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { type ClusterAccess, tokenAccess } from "../../kubernetes/access.ts";
import { type ClusterReport, type ListedCluster, ownCluster } from "../kubernetes/cluster.ts";
import { runCredentialPlugin } from "../../kubernetes/credential-plugin.ts";
import { awsFailureText, classOf } from "./failure.ts";
import { pages } from "./pages.ts";
import { type AwsClient, type AwsService, patientSend } from "./session.ts";

export interface AwsClusterOptions {
  readonly clients: (service: AwsService) => Promise<AwsClient>;
  readonly clock: Clock;
  /** Environment of the AWS command line, which also creates the cluster's tokens for Terraform's providers. */
  readonly env: NodeJS.ProcessEnv;
}

type OwnAwsCluster = AwsClusterOptions & Pick<ClusterPlace, "region" | "cluster">;

/** Tag that EKS puts on the machine of each node of a managed group. */
const CLUSTER_TAG = "tag:eks:cluster-name";

/** Returns a cluster of EKS. It is called at its endpoint with tokens of the AWS command line, like Terraform's providers do. */
export function awsCluster(
  options: AwsClusterOptions,
  { region, cluster }: ClusterPlace,
  runId: RunId,
): ListedCluster {
  const own = { ...options, region, cluster };
  // One pool of connections: a cluster keeps its certificate authority.
  let access: ClusterAccess | undefined;
  const open = (server: string, ca: string): ClusterAccess =>
    (access ??= tokenAccess({ server, ca, token: () => createToken(own) }));
  return ownCluster({
    name: cluster,
    runId,
    clock: options.clock,
    find: (signal) => findCluster(own, open, signal),
    nodes: (signal) => listNodes(own, signal),
  });
}

async function createToken({ env, region, cluster }: OwnAwsCluster): Promise<string> {
  const args = ["eks", "get-token", "--cluster-name", cluster, "--region", region, "--output", "json"];
  try {
    const { token } = await runCredentialPlugin("aws", args, env);
    if (token !== undefined) return token;
    throw new Error("its answer has no token");
  } catch (cause) {
    const message = `"aws eks get-token" gave no token for ${cluster}: run it manually to see why`;
    throw new RefbenchError("inventory", message, { cause });
  }
}

async function findCluster(
  { clients, clock, cluster }: OwnAwsCluster,
  open: (server: string, ca: string) => ClusterAccess,
  signal: AbortSignal,
): Promise<ClusterReport> {
  try {
    const { DescribeClusterCommand } = await import("@aws-sdk/client-eks");
    const send = patientSend({ client: clients, clock, signal });
    const { cluster: found } = await send("eks", new DescribeClusterCommand({ name: cluster }));
    const status = found?.status ?? "unknown";
    const ca = Buffer.from(found?.certificateAuthority?.data ?? "", "base64").toString();
    return {
      state: "found",
      status,
      isRunning: status === "ACTIVE",
      holdsNothing: ["CREATING", "DELETING"].includes(status),
      ...(found?.endpoint === undefined ? {} : { access: open(found.endpoint, ca) }),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: classOf(error) === "gone" ? "gone" : "unknown", reason: awsFailureText(error) };
  }
}

async function listNodes(
  { clients, clock, cluster }: OwnAwsCluster,
  signal: AbortSignal,
): Promise<NodesAnswer> {
  try {
    const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
    const send = patientSend({ client: clients, clock, signal });
    const Filters = [
      { Name: CLUSTER_TAG, Values: [cluster] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ];
    const nodes: ClusterNode[] = [];
    for await (const { Reservations = [] } of pages(
      { send },
      "ec2",
      (NextToken) => new DescribeInstancesCommand({ Filters, NextToken }),
      (page) => page.NextToken,
    ))
      for (const { InstanceId = "", PrivateDnsName } of Reservations.flatMap(
        ({ Instances = [] }) => Instances,
      ))
        // A machine that has just been started may not have its name yet.
        nodes.push({ name: PrivateDnsName || InstanceId, uid: InstanceId });
    return { state: "seen", nodes };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "unknown", reason: awsFailureText(error) };
  }
}

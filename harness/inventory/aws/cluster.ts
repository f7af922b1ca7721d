import { execa } from "execa";
import { Agent } from "undici";
import { z } from "zod";
import type { Clock } from "../../tools/time/clock.ts";
import type {
  Cluster,
  ClusterNode,
  ClusterPlace,
  ControlPlaneLook,
  NodesAnswer,
} from "../../model/ports/cluster.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunId } from "../../model/run-id.ts";
import { type ClusterAccess, kubernetesApi } from "../kubernetes/api.ts";
import { forgetUnfinishedReleases } from "../kubernetes/helm-records.ts";
import { lookAtApiServer } from "../kubernetes/readiness.ts";
import { awsFailureText } from "./failure.ts";
import { pages } from "./pages.ts";
import { type AwsClient, type AwsService, patientSend } from "./session.ts";
import { parseJson } from "../../tools/parse-json.ts";

export interface AwsClusterOptions {
  readonly clients: (service: AwsService) => Promise<AwsClient>;
  readonly clock: Clock;
  /** Environment of the AWS command line, which makes the cluster's tokens for Terraform's providers too. */
  readonly env: NodeJS.ProcessEnv;
}

/** Tag that EKS puts on the machine of each node of a managed group. */
const CLUSTER_TAG = "tag:eks:cluster-name";

/** What kubectl's plugins print, as far as a token needs it. */
const credential = z.object({ status: z.object({ token: z.string() }) });

/** A cluster of EKS, asked at its endpoint with a token of the AWS command line, as Terraform's providers ask it. */
export function awsCluster(
  { clients, clock, env }: AwsClusterOptions,
  { region, cluster }: ClusterPlace,
  runId: RunId,
): Cluster {
  const token = async (): Promise<string> => {
    const args = ["eks", "get-token", "--cluster-name", cluster, "--region", region, "--output", "json"];
    try {
      const { stdout } = await execa("aws", args, { env, extendEnv: false, timeout: 60_000 });
      return credential.parse(parseJson(stdout)).status.token;
    } catch (cause) {
      throw new RefbenchError(
        "inventory",
        `"aws eks get-token" gave no token for ${cluster}: run it by hand`,
        {
          cause,
        },
      );
    }
  };
  let access: ClusterAccess | undefined;

  const look = async (signal: AbortSignal): Promise<ControlPlaneLook> => {
    try {
      const { DescribeClusterCommand } = await import("@aws-sdk/client-eks");
      const send = patientSend({ client: clients, clock, signal });
      const { cluster: found } = await send("eks", new DescribeClusterCommand({ name: cluster }));
      if (found?.status !== "ACTIVE")
        return { state: "away", reason: `its status is ${found?.status ?? "unknown"}` };
      const ca = Buffer.from(found.certificateAuthority?.data ?? "", "base64").toString();
      access ??= { server: found.endpoint ?? "", token, dispatcher: new Agent({ connect: { ca } }) };
      return await lookAtApiServer(access, signal);
    } catch (error) {
      signal.throwIfAborted();
      return { state: "unknown", reason: awsFailureText(error) };
    }
  };

  return {
    look,
    nodes: async (signal): Promise<NodesAnswer> => {
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
    },
    forgetUnfinishedReleases: async (signal) => {
      if (access === undefined) await look(signal);
      return access === undefined
        ? []
        : forgetUnfinishedReleases(kubernetesApi(access, clock), runId, signal);
    },
  };
}

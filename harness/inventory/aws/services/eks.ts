import {
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
} from "@aws-sdk/client-eks";
import { ids, must, since, unlessGone, type KindCalls, type KindsOf } from "../found.ts";
import { pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

/** Clusters until they are deleted. Addons, access entries and pod identities are deleted with their cluster. */
const clusters: KindCalls = {
  async *list(aws) {
    for (const name of await clusterNames(aws)) {
      const cluster = (await unlessGone(aws.send("eks", new DescribeClusterCommand({ name }))))?.cluster;
      if (cluster === undefined) continue;
      yield {
        kind: "aws_eks_cluster",
        native: name,
        name,
        tags: cluster.tags ?? {},
        livesIn: ids(cluster.resourcesVpcConfig?.vpcId),
        ...since(cluster.createdAt),
      };
    }
  },
  async remove(aws, name) {
    await aws.send("eks", new DeleteClusterCommand({ name }));
  },
};

const nodeGroups: KindCalls = {
  async *list(aws) {
    for (const clusterName of await clusterNames(aws)) {
      for (const nodegroupName of (await unlessGone(nodeGroupNames(aws, clusterName))) ?? []) {
        const group = (
          await unlessGone(aws.send("eks", new DescribeNodegroupCommand({ clusterName, nodegroupName })))
        )?.nodegroup;
        if (group === undefined) continue;
        yield {
          kind: "aws_eks_node_group",
          native: `${clusterName}/${nodegroupName}`,
          name: nodegroupName,
          tags: group.tags ?? {},
          livesIn: [],
          namedForCluster: clusterName,
          ...since(group.createdAt),
        };
      }
    }
  },
  async remove(aws, native) {
    const [clusterName, nodegroupName] = native.split("/");
    await aws.send("eks", new DeleteNodegroupCommand({ clusterName, nodegroupName }));
  },
};

async function clusterNames(aws: AwsSession): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(
    aws,
    "eks",
    (nextToken) => new ListClustersCommand({ nextToken, maxResults: 100 }),
    (answer) => answer.nextToken,
  ))
    names.push(...must(page.clusters, "clusters"));
  return names;
}

async function nodeGroupNames(aws: AwsSession, clusterName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(
    aws,
    "eks",
    (nextToken) => new ListNodegroupsCommand({ clusterName, nextToken, maxResults: 100 }),
    (answer) => answer.nextToken,
  ))
    names.push(...must(page.nodegroups, "nodegroups"));
  return names;
}

export const eksCalls: KindsOf<"eks"> = { aws_eks_cluster: clusters, aws_eks_node_group: nodeGroups };

import {
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import { ids, must, since, tagsOf, type KindCalls, type KindsOf } from "../found.ts";
import { batches, pages } from "../pages.ts";

/** The maximum number of names in one call for tags. */
const TAG_BATCH = 20;

/** Classic load balancers, which EKS creates for a Service of type LoadBalancer without annotations. */
const classicBalancers: KindCalls = {
  async *list(aws) {
    for await (const { LoadBalancerDescriptions } of pages(
      aws,
      "elb",
      (Marker) => new DescribeLoadBalancersCommand({ Marker, PageSize: 400 }),
      (page) => page.NextMarker,
    )) {
      for (const balancers of batches(
        must(LoadBalancerDescriptions, "LoadBalancerDescriptions"),
        TAG_BATCH,
      )) {
        const names = balancers.map(({ LoadBalancerName }) => must(LoadBalancerName, "LoadBalancerName"));
        const { TagDescriptions } = await aws.send(
          "elb",
          new DescribeTagsCommand({ LoadBalancerNames: names }),
        );
        const tags = new Map(
          must(TagDescriptions, "TagDescriptions").map(({ LoadBalancerName, Tags }) => [
            LoadBalancerName,
            tagsOf(Tags),
          ]),
        );
        for (const balancer of balancers) {
          const native = must(balancer.LoadBalancerName, "LoadBalancerName");
          yield {
            kind: "aws_elb",
            native,
            name: native,
            tags: tags.get(native) ?? {},
            livesIn: ids(balancer.VPCId),
            ...since(balancer.CreatedTime),
          };
        }
      }
    }
  },
  async remove(aws, LoadBalancerName) {
    await aws.send("elb", new DeleteLoadBalancerCommand({ LoadBalancerName }));
  },
};

export const elbCalls: KindsOf<"elb"> = { aws_elb: classicBalancers };

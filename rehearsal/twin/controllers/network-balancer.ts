import type { TwinItem } from "../../inventory/item.ts";
import { templateHash } from "../values/template.ts";
import { controllerItem } from "./controller-item.ts";
import type { Balanced } from "./balanced.ts";

const ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer";

/**
 * Returns the items that EKS's own controller makes for a Service: a balancer of the requested kind, its targets, and
 * an interface in its subnetwork.
 */
export function networkBalancerItems({
  service,
  cluster,
  annotations,
  address,
  runId,
}: Balanced): TwinItem[] {
  const subnets = cluster.uses.filter((key) => key.startsWith("aws_subnet--"));
  const name = `a${templateHash(`${service.key} ${service.createdAt}`).toString("hex").slice(0, 31)}`;
  const isNetwork = annotations[`${ANNOTATION}-type`] === "nlb";
  const make = (kind: string, more: Partial<TwinItem>): TwinItem =>
    controllerItem(
      { kind, scope: cluster.scope, name },
      {
        owner: service.key,
        labels: labelsOf(annotations[`${ANNOTATION}-additional-resource-tags`] ?? ""),
        ...(runId !== undefined && { runId }),
        attributes: {
          cluster: cluster.key,
          address,
          internal: annotations[`${ANNOTATION}-internal`] === "true",
        },
        ...more,
      },
    );
  const targets = make("aws_lb_target_group", {});
  return [
    ...(isNetwork
      ? [targets, make("aws_lb", { uses: [...subnets, targets.key] })]
      : [make("aws_elb", { uses: subnets })]),
    // Made by AWS for the balancer: without tags of ours.
    make("aws_network_interface", { labels: {}, uses: subnets }),
  ];
}

/** Parses `a=b,c=d`, the annotation's format. */
function labelsOf(annotation: string): Record<string, string> {
  return Object.fromEntries(
    annotation
      .split(",")
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

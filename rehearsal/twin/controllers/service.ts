import type { TwinItem } from "../../inventory/item.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { templateHash } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { findItemRun } from "../cloud/item-run.ts";
import type { Settled, Accepted } from "./settled.ts";
import { loadBalancerItems } from "./load-balancer.ts";

/** A Service that Terraform made: its balancer, when it asks for one. */
export async function settleService({ store }: Cloud, { asked, item, state }: Accepted): Promise<Settled> {
  if (asked.cluster === undefined || valueAt(state, "spec.0.type") !== "LoadBalancer")
    return { state, item: {} };
  const balanced = await coderBehind(store, item);
  const address = balanced ?? `10.${[...templateHash(item.key).subarray(0, 3)].join(".")}`;
  const annotations = (valueAt(state, "metadata.0.annotations") ?? {}) as Record<string, string>;
  const runId = findItemRun(item) ?? findItemRun(asked.cluster);
  await store.putMany(
    loadBalancerItems({
      service: item,
      cluster: asked.cluster,
      annotations,
      address,
      isLocal: valueAt(state, "spec.0.external_traffic_policy") === "Local",
      runId,
    }),
  );
  return { state: { ...state, status: serviceStatus(address, asked.cluster) }, item: {} };
}

/** A Service's status with a balancer's address, in Terraform's shape: Google's is an address, AWS's a name. */
export function serviceStatus(address: string, { kind }: TwinItem): Values[] {
  const ingress = kind === "aws_eks_cluster" ? { hostname: address, ip: "" } : { hostname: "", ip: address };
  return [{ load_balancer: [{ ingress: [ingress] }] }];
}

/** Returns the address of a Coder that runs in the Service's namespace: only Coder answers here. */
async function coderBehind(store: Cloud["store"], { scope }: TwinItem): Promise<string | undefined> {
  const services = await store.list(["kubernetes_service"]);
  const coder = services.find((one) => one.scope === scope && one.origin === "controller");
  const ingress = valueAt(coder?.attributes, "status.0.load_balancer.0.ingress.0") as
    { readonly ip: string; readonly hostname: string } | undefined;
  return ingress && [ingress.ip, ingress.hostname].find((address) => address !== "");
}

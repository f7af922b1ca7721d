import type { TwinItem } from "../../inventory/item.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { hashOf } from "../plugin/template.ts";
import type { Values } from "../plugin/value.ts";
import { valueAt } from "../plugin/walk.ts";
import { runOf } from "../cloud/create.ts";
import type { Accepted, Settled } from "./controllers.ts";
import { loadBalancerItems } from "./load-balancer.ts";

/** A Service that Terraform made: its balancer, when it asks for one. */
export async function settleService({ store }: Cloud, { asked, item, state }: Accepted): Promise<Settled> {
  if (asked.cluster === undefined || valueAt(state, "spec.0.type") !== "LoadBalancer")
    return { state, item: {} };
  const balanced = await coderBehind(store, item);
  const address = balanced ?? `10.${[...hashOf(item.key).subarray(0, 3)].join(".")}`;
  const annotations = (valueAt(state, "metadata.0.annotations") ?? {}) as Record<string, string>;
  const runId = runOf(item) ?? runOf(asked.cluster);
  await store.putMany(
    loadBalancerItems({ service: item, cluster: asked.cluster, annotations, address, runId }),
  );
  return { state: { ...state, status: serviceStatus(address) }, item: {} };
}

/** A Service's status with a balancer's address, in Terraform's shape. */
export function serviceStatus(address: string): Values[] {
  return [{ load_balancer: [{ ingress: [{ hostname: "", ip: address }] }] }];
}

/** The address of a Coder that runs in the Service's namespace: the one thing here that answers. */
async function coderBehind(store: Cloud["store"], { scope }: TwinItem): Promise<string | undefined> {
  const services = await store.list(["kubernetes_service"]);
  const coder = services.find((one) => one.scope === scope && one.origin === "controller");
  const address = valueAt(coder?.attributes, "status.0.load_balancer.0.ingress.0.ip");
  return typeof address === "string" ? address : undefined;
}

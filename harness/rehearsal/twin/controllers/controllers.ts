import type { TwinItem } from "../../inventory/item.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import type { Identity } from "../cloud/identity.ts";
import type { Values } from "../plugin/value.ts";
import { installChart } from "./chart.ts";

/** A resource that its API has accepted. */
export interface Accepted {
  readonly asked: Asked;
  readonly item: TwinItem;
  readonly state: Values;
  readonly identity: Identity;
}

/** What became of it: its state as the cloud answers it, and what its item says more. */
export interface Settled {
  readonly state: Values;
  readonly item: Partial<TwinItem>;
}

/** Does what a cluster's controllers do when a thing appears in it. */
export async function afterCreate(cloud: Cloud, accepted: Accepted): Promise<Settled> {
  switch (accepted.item.kind) {
    case "helm_release":
      return installChart(cloud, accepted);
    default:
      return { state: accepted.state, item: {} };
  }
}

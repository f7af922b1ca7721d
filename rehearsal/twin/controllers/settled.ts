import type { TwinItem } from "../../inventory/item.ts";
import type { CloudError } from "../cloud/cloud-error.ts";
import type { Asked } from "../cloud/cloud.ts";
import type { Identity } from "../cloud/identity.ts";
import type { Values } from "../values/value.ts";

/** A resource that its API has accepted. */
export interface Accepted {
  readonly asked: Asked;
  readonly item: TwinItem;
  readonly state: Values;
  readonly identity: Identity;
}

/** Outcome of an accepted resource: its state as the cloud answers it, and the additional fields of its item. */
export interface Settled {
  readonly state: Values;
  readonly item: Partial<TwinItem>;
  /** It exists and will never be ready: the error that Terraform receives after waiting `seconds` of cloud time. */
  readonly never?: { readonly error: CloudError; readonly seconds: number };
}

import type { TwinItem } from "../../inventory/item.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import type { CloudError } from "../cloud/cloud-error.ts";
import type { Identity } from "../cloud/identity.ts";
import type { Values } from "../plugin/value.ts";
import { settleAwsMachine } from "./aws-machine.ts";
import { settleDeployment } from "./deployment.ts";
import { settleMachine } from "./machine.ts";
import { settleRelease } from "./release.ts";
import { settleSecret, settleSecretVersion } from "./secret.ts";
import { settleService } from "./service.ts";
import { settleVolumeClaim } from "./volume.ts";

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
  /** It exists and will never be ready: what Terraform hears once it has waited `seconds` of cloud time. */
  readonly never?: { readonly error: CloudError; readonly seconds: number };
}

/** Does what a cluster's controllers, or a machine's startup script, do when a thing appears. */
export async function settle(cloud: Cloud, accepted: Accepted): Promise<Settled> {
  switch (accepted.item.kind) {
    case "helm_release":
      return settleRelease(cloud, accepted);
    case "google_compute_instance":
      return settleMachine(cloud, accepted);
    case "aws_instance":
      return settleAwsMachine(cloud, accepted);
    case "kubernetes_deployment":
      return settleDeployment(cloud, accepted);
    case "kubernetes_secret":
      return settleSecret(cloud, accepted);
    case "google_secret_manager_secret_version":
      return settleSecretVersion(cloud, accepted);
    case "kubernetes_service":
      return settleService(cloud, accepted);
    case "kubernetes_persistent_volume_claim":
      return settleVolumeClaim(cloud, accepted);
    default:
      return { state: accepted.state, item: {} };
  }
}

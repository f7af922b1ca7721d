import type { Cloud } from "../cloud/cloud.ts";
import { settleAwsMachine } from "./aws-machine.ts";
import { settleDeployment } from "./deployment.ts";
import { settleMachine } from "./machine.ts";
import { settleRelease } from "./release.ts";
import { settleSecret, settleSecretVersion } from "./secret.ts";
import { settleService } from "./service.ts";
import { settleVolumeClaim } from "./volume.ts";
import { settleStatefulSet } from "./stateful-set.ts";
import type { Accepted, Settled } from "./settled.ts";

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
    case "kubernetes_stateful_set":
      return settleStatefulSet(cloud, accepted);
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

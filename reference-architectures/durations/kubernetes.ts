import { assumed, type KindSeconds } from "./duration.ts";

/** The API server stores an object and answers. */
export const ANSWERED = assumed(0.2, 0.2, "the API server answers at once");
/** A namespace is deleted with all its contents. */
const NAMESPACE = assumed(0.5, 8, "the API server answers; deleted with its contents");

/** How long objects in a cluster take, and Helm's releases. All are small beside the cloud's. */
export const KUBERNETES_SECONDS = {
  kubernetes_namespace: NAMESPACE,
  kubernetes_namespace_v1: NAMESPACE,
  kubernetes_secret: ANSWERED,
  kubernetes_secret_v1: ANSWERED,
  kubernetes_config_map_v1: ANSWERED,
  kubernetes_deployment_v1: assumed(20, 1, "its pods pull their image"),
  kubernetes_limit_range_v1: ANSWERED,
  kubernetes_resource_quota_v1: ANSWERED,
  kubernetes_role_v1: ANSWERED,
  kubernetes_role_binding_v1: ANSWERED,
  kubernetes_service_account_v1: ANSWERED,
  kubernetes_persistent_volume_claim_v1: assumed(10, 10, "the disk behind it"),
  kubernetes_service_v1: assumed(1, 1),
  kubernetes_stateful_set_v1: assumed(30, 5, "its pod pulls its image and gets its disk"),
  kubernetes_storage_class_v1: ANSWERED,
  helm_release: assumed(120, 30, "image pull and migrations take 1 to 3 min; no public log"),
} as const satisfies Readonly<Record<string, KindSeconds>>;

import { OVERLAY } from "./overlay/table.ts";

/** Kinds that only controllers and Coder's builds make. */
const UNPLANNED_KINDS = [
  "aws_ebs_volume",
  "aws_elb",
  "aws_lb",
  "aws_lb_target_group",
  "aws_network_interface",
  "docker_container",
  "docker_volume",
  "google_compute_health_check",
  "google_compute_region_backend_service",
  "google_compute_target_pool",
  "kubernetes_deployment",
  "kubernetes_persistent_volume",
  "kubernetes_pod",
  "kubernetes_service",
];

/** Kinds of everything that the twin's cloud can contain. */
export function itemKinds(): ReadonlySet<string> {
  const planned = Object.entries(OVERLAY).map(([type, overlay]) => overlay.kind ?? type);
  return new Set([...planned, ...UNPLANNED_KINDS]);
}

/** Names that a planned fault can meet: Terraform's types, and kinds that a sweep deletes. */
export function faultyTypes(): ReadonlySet<string> {
  return new Set([...Object.keys(OVERLAY), ...itemKinds()]);
}

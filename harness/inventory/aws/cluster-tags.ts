/** Tags whose value is the name of the cluster for which a resource was created. */
const NAMING_TAGS = [
  "elbv2.k8s.aws/cluster",
  "cluster.k8s.amazonaws.com/name",
  "eks:cluster-name",
  "eks:eks-cluster-name",
  "aws:eks:cluster-name",
  "KubernetesCluster",
];

const CLUSTER_KEY = "kubernetes.io/cluster/";

/** Returns the clusters for which a resource was created, by its tags. `shared` means that the cluster only uses it. */
export function clustersInTags(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    if (key.startsWith(CLUSTER_KEY)) return value === "shared" ? [] : [key.slice(CLUSTER_KEY.length)];
    return NAMING_TAGS.includes(key) && value !== "" ? [value] : [];
  });
}

/** Kinds that controllers in a cluster create for Services, Ingresses and claims. */
const CONTROLLER_KINDS = new Set([
  "aws_ebs_volume",
  "aws_elb",
  "aws_lb",
  "aws_lb_target_group",
  "aws_security_group",
]);

/** Tags that only such controllers write. */
const CONTROLLER_TAGS = [
  "elbv2.k8s.aws/cluster",
  "service.k8s.aws/stack",
  "ingress.k8s.aws/stack",
  "service.eks.amazonaws.com/stack",
  "kubernetes.io/service-name",
  "kubernetes.io/created-for/pvc/name",
  "ebs.csi.aws.com/cluster",
  "CSIVolumeName",
];

/** Whether a controller created it, and so deletes it while the cluster exists. */
export function isMadeByAwsController(found: {
  readonly kind: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}): boolean {
  if (!CONTROLLER_KINDS.has(found.kind)) return false;
  return found.name.startsWith("k8s-") || CONTROLLER_TAGS.some((key) => Object.hasOwn(found.tags, key));
}

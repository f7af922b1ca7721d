/** Tags whose value is the name of the cluster that something was made for. */
const NAMING_TAGS = [
  "elbv2.k8s.aws/cluster",
  "cluster.k8s.amazonaws.com/name",
  "eks:cluster-name",
  "eks:eks-cluster-name",
  "aws:eks:cluster-name",
  "KubernetesCluster",
];

const CLUSTER_KEY = "kubernetes.io/cluster/";

/** Clusters that tags say something was made for; `shared` says that it was lent to one, and is not its own. */
export function clustersInTags(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    if (key.startsWith(CLUSTER_KEY)) return value === "shared" ? [] : [key.slice(CLUSTER_KEY.length)];
    return NAMING_TAGS.includes(key) && value !== "" ? [value] : [];
  });
}

/** Kinds that controllers in a cluster make for Services, Ingresses and claims. */
const CONTROLLER_KINDS = new Set([
  "aws_ebs_volume",
  "aws_elb",
  "aws_lb",
  "aws_lb_target_group",
  "aws_security_group",
]);

/** Tags that only such a controller writes. */
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

/** Whether a controller made it, so that it goes by itself while its cluster lives. */
export function isMadeByAwsController(found: {
  readonly kind: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}): boolean {
  if (!CONTROLLER_KINDS.has(found.kind)) return false;
  return found.name.startsWith("k8s-") || CONTROLLER_TAGS.some((key) => Object.hasOwn(found.tags, key));
}

import type { TwinItem } from "../../inventory/item.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { TWIN_CALLER } from "../project.ts";

/** AWS's own policies that an environment may attach, by the names of AWS, some with a path and some without. */
const MANAGED_POLICIES: ReadonlySet<string> = new Set(
  [
    "AmazonEBSCSIDriverPolicyV2",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonSSMManagedInstanceCore",
    "service-role/AmazonEBSCSIDriverPolicy",
  ].map((name) => `arn:aws:iam::aws:policy/${name}`),
);

/** IAM knows no policy of AWS's by a name that AWS does not have. */
export function refusePolicy({ policy_arn: arn }: Values): string | undefined {
  if (typeof arn !== "string" || !arn.startsWith("arn:aws:iam::aws:") || MANAGED_POLICIES.has(arn))
    return undefined;
  return `api error NoSuchEntity: Policy ${arn} does not exist or is not attachable.`;
}

/** EKS lets the creator of a cluster in automatically, and refuses a second entry of the same identity. */
export function refuseAccessEntry(entry: Values, cluster: TwinItem | undefined): string | undefined {
  const bootstrap = "access_config.0.bootstrap_cluster_creator_admin_permissions";
  if (entry["principal_arn"] !== TWIN_CALLER || valueAt(cluster?.attributes, bootstrap) === false)
    return undefined;
  return "operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.";
}

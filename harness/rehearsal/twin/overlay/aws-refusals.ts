import type { Values } from "../plugin/value.ts";

/** AWS's own policies that an environment may attach, as AWS names them: some have a path, some have none. */
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

/** What the identity of a run needs in an AWS account: managed policies and actions, by their purpose. */
export interface AwsPolicies {
  readonly why: string;
  readonly names: readonly string[];
}

/**
 * The table of `docs/real-runs.md`. No check asks for them, because asking needs permissions of its own. They were
 * never tried against a real account.
 */
export const AWS_POLICIES: readonly AwsPolicies[] = [
  { why: "network, machines, load balancers", names: ["AmazonEC2FullAccess"] },
  { why: "cluster, and what is in it", names: ["eks:*"] },
  { why: "database", names: ["AmazonRDSFullAccess"] },
  { why: "identities and their permissions", names: ["IAMFullAccess"] },
  { why: "inventory, preflight, sweep", names: ["ReadOnlyAccess"] },
  {
    why: "the load runner: its tunnel, its host key",
    names: ["ssm:StartSession", "ssm:TerminateSession", "ec2:GetConsoleOutput"],
  },
];

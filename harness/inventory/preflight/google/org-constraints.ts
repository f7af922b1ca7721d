import type { PreflightContext } from "../context.ts";

/** The input for deciding whether a constraint applies. */
type Use = Pick<PreflightContext, "architecture" | "size" | "runner"> & { readonly project: string };

/** One constraint of organisation policies, and what it may forbid in an environment. */
export interface OrgConstraint {
  /** Without `constraints/`. */
  readonly name: string;
  /** Whether the constraint applies to this environment. */
  readonly matters: (use: Use) => boolean;
  /** The part that would fail, as the end of a sentence. */
  readonly breaks: string;
  /** For a list: the values that must be allowed; a value that ends in "/" matches by prefix. Absent = on or off. */
  readonly needs?: (use: Use) => readonly string[];
  /** An alternative to an exception from the policy. */
  readonly instead?: string;
}

const hasRunner = ({ runner = "network" }: Use): boolean => runner !== "local";
const hasCluster = ({ architecture }: Use): boolean => architecture.carriedBy === "gke";

/**
 * The constraints that break an environment's creation or its load. Source: Google's "Organization policy constraints".
 * The stacks comply with other common ones: `compute.requireShieldedVm` (every machine is shielded),
 * `compute.vmExternalIpAccess` and `sql.restrictPublicIp` (nothing has a public address), and
 * `iam.allowedPolicyMemberDomains` (only the project's own service accounts are granted anything).
 */
export const ORG_CONSTRAINTS: readonly OrgConstraint[] = [
  {
    name: "compute.requireOsLogin",
    matters: hasRunner,
    breaks: "the load runner is refused, because it uses the run's own SSH key",
    instead: "--runner local",
  },
  {
    name: "compute.disableGuestAttributesAccess",
    matters: hasRunner,
    breaks: "the load runner's host key cannot be read",
    instead: "--runner local",
  },
  {
    name: "iam.disableServiceAccountCreation",
    matters: () => true,
    breaks: "the machines' identities are refused",
  },
  {
    name: "compute.trustedImageProjects",
    matters: (use) => hasRunner(use) || !hasCluster(use),
    breaks: "machines with Debian's image are refused",
    needs: () => ["projects/debian-cloud"],
  },
  {
    name: "gcp.resourceLocations",
    matters: () => true,
    breaks: "everything in this region is refused",
    needs: ({ architecture: { region, zone } }) => [
      `in:${region}-locations`,
      region,
      `in:${zone}-locations`,
      zone,
      // Google's groups that include the region, such as in:us-locations.
      `in:${region.split("-")[0] ?? region}-locations`,
    ],
    instead: "--region, with an allowed one",
  },
  {
    name: "compute.restrictLoadBalancerCreationForTypes",
    matters: hasCluster,
    breaks: "Coder's internal load balancer is refused",
    needs: () => ["INTERNAL_TCP_UDP", "in:INTERNAL"],
  },
  {
    name: "compute.restrictCloudNATUsage",
    matters: () => true,
    breaks: "machines have no outgoing connection, and do not start",
    needs: ({ project, architecture }) => [
      `under:projects/${project}`,
      `projects/${project}/regions/${architecture.region}/subnetworks/`,
    ],
  },
  {
    name: "compute.disablePrivateServiceConnectCreationForConsumers",
    matters: ({ size }) => size.figures.database.kind === "cloud-sql",
    breaks: "the database's endpoint is refused",
    needs: () => ["SERVICE_PRODUCERS"],
    instead: "--set database.kind=on-box if the architecture supports it",
  },
];

import type { Architecture, Size } from "../../../../reference-architectures/architecture.ts";
import { list } from "../../google/refusal.ts";
import { type Check, failed, passed, unknown } from "../check.ts";
import type { GoogleContext } from "./context.ts";

/** What an environment's stacks and its teardown must be allowed to do in the project: a pair for each kind, and no list of all. */
export function permissionsToDeploy(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  { database }: Size,
  tls = false,
): readonly string[] {
  const cluster = carriedBy === "gke";
  const managed = database.kind === "cloud-sql";
  return [
    ...["networks", "subnetworks", "routers", "firewalls", "instances"].flatMap((kind) => [
      `compute.${kind}.create`,
      `compute.${kind}.delete`,
    ]),
    // Drain and sweep take what Coder and the cluster's controllers made.
    "compute.disks.delete",
    ...["create", "delete", "actAs"].map((act) => `iam.serviceAccounts.${act}`),
    ...(cluster
      ? [
          ...["create", "delete", "connect"].map((act) => `container.clusters.${act}`),
          "container.roles.create",
        ]
      : []),
    // Identities of nodes, and of a Coder that makes machines, are granted in the project's own policy.
    ...(cluster || carriedBy === "machine-each"
      ? ["resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"]
      : []),
    ...(managed
      ? [
          ...["cloudsql.instances", "compute.forwardingRules", "compute.addresses"].flatMap((kind) => [
            `${kind}.create`,
            `${kind}.delete`,
          ]),
          "cloudsql.users.create",
        ]
      : []),
    ...((managed || tls) && !cluster
      ? ["secretmanager.secrets.create", "secretmanager.secrets.setIamPolicy"]
      : []),
  ];
}

/** How the load runner is reached: its host key is read from its own report, and the tunnel ends at its SSH. */
const TO_REACH = ["compute.instances.getGuestAttributes", "iap.tunnelInstances.accessViaIAP"] as const;

/** A permission that is missing fails an apply in its middle, or the bootstrap when all is made and billed. */
export const permissionsCheck: Check<GoogleContext> = {
  name: "permissions",
  fix: ({ project }) =>
    `have a role with them granted to you: gcloud projects add-iam-policy-binding ${project} --member=user:<you> --role=<role>`,
  after: ["identity"],
  run: async (context, signal) => {
    const { architecture, size, runner = "network", tls } = context;
    const deploy = await missingOf(context, permissionsToDeploy(architecture, size.figures, tls), signal);
    if (typeof deploy === "string") return unknown(deploy);
    if (deploy.length > 0) return failed(`not granted in the project: ${deploy.join(", ")}`);
    if (runner === "local") return passed("what deploys and tears down is granted");
    const reach = await missingOf(context, TO_REACH, signal);
    if (typeof reach === "string") return unknown(reach);
    if (reach.length === 0) return passed("what deploys, tears down and reaches the load runner is granted");
    // A grant on a condition, such as a port's, does not show for the whole project.
    return unknown(
      `to reach the load runner, not granted in the project without a condition: ${reach.join(", ")}`,
      `gcloud projects add-iam-policy-binding ${context.project} --member=user:<you> --role=roles/iap.tunnelResourceAccessor, and roles/compute.viewer`,
    );
  },
};

/** Those that are not granted to who asks, or in words why that is not known. */
async function missingOf(
  { project, call }: GoogleContext,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const path = `projects/${project}:testIamPermissions`;
  const answer = await call({ api: "resourceManager", method: "POST", path, body: { permissions } }, signal);
  if (answer.state !== "ok") return `permissions cannot be asked for: ${answer.reason}`;
  const granted = new Set(list(answer.body["permissions"]));
  return permissions.filter((name) => !granted.has(name));
}

import type { Architecture, Size } from "../../../../reference-architectures/architecture.ts";
import { list } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import type { GoogleContext } from "./context.ts";

/** Lists permissions that the stacks and the teardown need in the project: a pair for each kind, not a complete list. */
export function permissionsToDeploy(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  { database }: Size,
): readonly string[] {
  const cluster = carriedBy === "gke";
  const managed = database.kind === "cloud-sql";
  return [
    ...["networks", "subnetworks", "routers", "firewalls", "instances"].flatMap((kind) => [
      `compute.${kind}.create`,
      `compute.${kind}.delete`,
    ]),
    // Drain and sweep delete what Coder and the cluster's controllers created.
    "compute.disks.delete",
    ...["create", "delete", "actAs"].map((act) => `iam.serviceAccounts.${act}`),
    ...(cluster
      ? [
          ...["create", "delete", "connect"].map((act) => `container.clusters.${act}`),
          "container.roles.create",
        ]
      : []),
    // Roles of nodes, and of a Coder that creates machines, are granted in the project's policy.
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
    ...(cluster ? [] : ["secretmanager.secrets.create", "secretmanager.secrets.setIamPolicy"]),
  ];
}

/** Permissions to reach the load runner: reading its host key, and the tunnel to its SSH port. */
const TO_REACH = ["compute.instances.getGuestAttributes", "iap.tunnelInstances.accessViaIAP"] as const;

/** Permissions to generate load in pods of the cluster. */
const TO_RUN_PODS = [
  ...["create", "delete"].map((act) => `container.jobs.${act}`),
  "container.configMaps.create",
  "container.pods.exec",
] as const;

/** Only for the record's figures of database and machines: without it, the record says that they were not seen. */
const TO_OBSERVE = ["monitoring.timeSeries.list"] as const;

/** The permissions of a run in a Google project, by their purpose. */
export interface GooglePermissions {
  readonly deploy: readonly string[];
  /** To reach the load runner; empty if the load comes from elsewhere. */
  readonly reach: readonly string[];
  /** Without these a run works, and its record lacks figures. */
  readonly observe: readonly string[];
}

/** Lists what the preflight asks the project for. */
export function googlePermissions(
  architecture: Pick<Architecture, "carriedBy">,
  size: Size,
  runner: NonNullable<GoogleContext["runner"]>,
): GooglePermissions {
  return {
    deploy: [...permissionsToDeploy(architecture, size), ...(runner === "job" ? TO_RUN_PODS : [])],
    reach: runner === "network" ? TO_REACH : [],
    observe: TO_OBSERVE,
  };
}

/** Checks permissions. A missing one would fail an apply halfway, or the bootstrap after everything was billed. */
export const permissionsCheck: Check<GoogleContext> = {
  name: "permissions",
  fix: ({ project }) =>
    `request a role that contains them: gcloud projects add-iam-policy-binding ${project} --member=user:<you> --role=<role>`,
  after: ["identity"],
  run: async (context, signal) => {
    const { architecture, size, runner = "network" } = context;
    const wanted = googlePermissions(architecture, size.figures, runner);
    const deploy = await missingOf(context, wanted.deploy, signal);
    if (typeof deploy === "string") return unknown(deploy);
    if (deploy.length > 0) return failedCheck(`not granted in the project: ${deploy.join(", ")}`);
    const observe = await missingOf(context, wanted.observe, signal);
    const note =
      typeof observe === "string" || observe.length === 0
        ? ""
        : `; without ${observe.join(", ")} the record lacks what Google measures of the database and machines`;
    if (runner !== "network") return passed(`all permissions to deploy and tear down are granted${note}`);
    const reach = await missingOf(context, wanted.reach, signal);
    if (typeof reach === "string") return unknown(reach);
    if (reach.length === 0)
      return passed(`all permissions to deploy, tear down and reach the load runner are granted${note}`);
    // A conditional grant, such as for one port, does not show for the whole project.
    return unknown(
      `to reach the load runner, not granted unconditionally in the project: ${reach.join(", ")}`,
      `gcloud projects add-iam-policy-binding ${context.project} --member=user:<you> --role=roles/iap.tunnelResourceAccessor, and roles/compute.viewer`,
    );
  },
};

/** Returns the permissions that the caller lacks, or why that is unknown. */
async function missingOf(
  { project, call }: GoogleContext,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const path = `projects/${project}:testIamPermissions`;
  const answer = await call({ api: "resourceManager", method: "POST", path, body: { permissions } }, signal);
  if (answer.state !== "ok") return `cannot check permissions: ${answer.reason}`;
  const granted = new Set(list(answer.body["permissions"]));
  return permissions.filter((name) => !granted.has(name));
}

import { expect, test } from "vitest";
import { ORG_CONSTRAINTS } from "../../../../harness/inventory/preflight/google/org-constraints.ts";
import { orgPoliciesCheck } from "../../../../harness/inventory/preflight/google/org-policies.ts";
import type { GoogleContext } from "../../../../harness/inventory/preflight/google/context.ts";
import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { PROJECT, readyProject } from "./ready-project.ts";

/** Returns the check's findings in a project below these policies. */
async function asked(
  policies: Readonly<Record<string, Record<string, unknown>>> | "denied",
  changes: Partial<GoogleContext> = {},
) {
  await using ready = await readyProject();
  ready.google.project.orgPolicies =
    policies === "denied"
      ? "denied"
      : new Map(Object.entries(policies).map(([name, policy]) => [`constraints/${name}`, policy]));
  return await orgPoliciesCheck.run({ ...ready.context, ...changes }, new AbortController().signal);
}

const ON = { booleanPolicy: { enforced: true } };
const allowing = (...allowedValues: string[]) => ({ listPolicy: { allowedValues } });
const denying = (...deniedValues: string[]) => ({ listPolicy: { deniedValues } });
const DENY_ALL = { listPolicy: { allValues: "DENY" } };

test("a project below no policy may have everything", async () => {
  expect(await asked({})).toEqual({
    state: "ok",
    found: `none of the ${ORG_CONSTRAINTS.length} relevant policies is set`,
  });
});

test.each([
  [
    "compute.requireOsLogin",
    ON,
    `disable-enforce compute.requireOsLogin --project=${PROJECT} (or --runner local)`,
  ],
  ["compute.disableGuestAttributesAccess", ON, "disable-enforce compute.disableGuestAttributesAccess"],
  ["iam.disableServiceAccountCreation", ON, "disable-enforce iam.disableServiceAccountCreation"],
  [
    "compute.trustedImageProjects",
    allowing("projects/cos-cloud"),
    "allow compute.trustedImageProjects projects/debian-cloud",
  ],
  [
    "compute.trustedImageProjects",
    denying("projects/debian-cloud"),
    "allow compute.trustedImageProjects projects/debian-cloud",
  ],
  [
    "gcp.resourceLocations",
    allowing("europe-west1", "is:europe-west4"),
    "allow gcp.resourceLocations in:us-central1-locations",
  ],
  ["gcp.resourceLocations", denying("in:us-locations"), "--region, with an allowed one"],
  ["compute.restrictLoadBalancerCreationForTypes", allowing("EXTERNAL_HTTP_HTTPS"), "INTERNAL_TCP_UDP"],
  ["compute.restrictCloudNATUsage", DENY_ALL, `under:projects/${PROJECT}`],
  [
    "compute.disablePrivateServiceConnectCreationForConsumers",
    denying("SERVICE_PRODUCERS"),
    "SERVICE_PRODUCERS",
  ],
] as const)("%s set to %o fails, with the command that lifts it", async (name, policy, fix) => {
  const outcome = await asked({ [name]: policy });
  expect(outcome).toMatchObject({ state: "failed", found: expect.stringMatching(`^${name} is set: `) });
  expect(outcome.fix).toContain(fix);
});

test.each([
  ["compute.requireOsLogin", { booleanPolicy: {} }],
  ["compute.trustedImageProjects", allowing("is:projects/debian-cloud")],
  ["gcp.resourceLocations", allowing("in:us-locations")],
  ["gcp.resourceLocations", allowing("in:us-central1-locations")],
  ["compute.restrictCloudNATUsage", allowing(`projects/${PROJECT}/regions/us-central1/subnetworks/any`)],
  ["compute.restrictLoadBalancerCreationForTypes", allowing("in:INTERNAL")],
  ["compute.disablePrivateServiceConnectCreationForConsumers", denying("GOOGLE_APIS")],
  // Policies that companies have and that the stacks satisfy.
  ["compute.requireShieldedVm", ON],
  ["compute.vmExternalIpAccess", DENY_ALL],
] as const)("%s set to %o breaks nothing", async (name, policy) => {
  expect(await asked({ [name]: policy })).toMatchObject({ state: "ok" });
});

test.each([
  ["gcp.resourceLocations", allowing("in:low-carbon-locations")],
  ["compute.restrictCloudNATUsage", allowing("under:folders/17")],
] as const)("%s set to %o is unknown: only Google knows what is in a group", async (name, policy) => {
  expect(await asked({ [name]: policy })).toMatchObject({
    state: "unknown",
    found: expect.stringContaining(`(${name}): its values name groups or folders`),
  });
});

test("a caller without permission learns which role has it, and nothing fails", async () => {
  expect(await asked("denied")).toMatchObject({
    state: "unknown",
    found: expect.stringMatching(/^8 of 8 policies are unknown .*does not have permission/),
    fix: expect.stringContaining("roles/orgpolicy.policyViewer"),
  });
});

test("only what the environment does is asked: no load runner, no database's endpoint", async () => {
  const architecture = getArchitecture("gce-docker");
  const size = resolveSize("gce-docker", "canary", { "database.kind": "on-box" });
  const policies = {
    "compute.requireOsLogin": ON,
    "compute.disablePrivateServiceConnectCreationForConsumers": DENY_ALL,
  };
  expect(await asked(policies, { architecture, size, runner: "local" })).toMatchObject({ state: "ok" });
});

test("several policies are one finding, each with its own fix", async () => {
  const outcome = await asked({ "compute.requireOsLogin": ON, "compute.trustedImageProjects": DENY_ALL });
  expect(outcome.found).toMatch(/requireOsLogin is set: .*; compute.trustedImageProjects is set: /);
  expect(outcome.fix?.split("; ")).toHaveLength(2);
});

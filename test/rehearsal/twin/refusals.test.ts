import { expect, test } from "vitest";
import { CloudError } from "../../../rehearsal/twin/cloud/cloud-error.ts";
import { violation } from "../../../rehearsal/twin/cloud/org-policies.ts";
import { overlayOf } from "../../../rehearsal/twin/overlay/table.ts";
import type { Values } from "../../../rehearsal/twin/values/value.ts";
import { TWIN_CALLER } from "../../../rehearsal/twin/project.ts";
import { cluster, edited } from "./configuration.ts";
import { Twin } from "./workdir.ts";

/*
 * Clouds refuse some values although every provider's schema allows them. A real run would fail in its middle, so a
 * rehearsal fails too.
 */

const POOL = "google_container_node_pool.pool";

const exclusion = (days: number): Values => ({
  maintenance_policy: [
    {
      maintenance_exclusion: [
        {
          start_time: "2026-11-01T00:00:00Z",
          end_time: new Date(Date.UTC(2026, 10, 1 + days)).toISOString(),
          exclusion_options: [{ scope: "NO_UPGRADES" }],
        },
      ],
    },
  ],
});
const noManagement = { management: [{ auto_upgrade: false, auto_repair: false }] };

test.each([
  {
    what: "a cluster without a release channel",
    type: "google_container_cluster",
    wrong: { release_channel: [{ channel: "UNSPECIFIED" }] },
    right: { release_channel: [{ channel: "REGULAR" }] },
    refusal: /Error 400: Creating new clusters with "No channel" is not supported/,
  },
  {
    what: "an exclusion of upgrades of 31 days",
    type: "google_container_cluster",
    wrong: exclusion(31),
    right: exclusion(30),
    refusal: /Error 400: Maintenance exclusion of scope NO_UPGRADES is longer than 30 days/,
  },
  {
    what: "nodes of a channel that are neither upgraded nor repaired",
    type: "google_container_node_pool",
    wrong: noManagement,
    right: { management: [{ auto_upgrade: true, auto_repair: true }] },
    refusal: /Error 400: auto_upgrade and auto_repair cannot be false when release_channel REGULAR is set/,
  },
  {
    what: "an E2 machine with a minimum CPU platform",
    type: "google_compute_instance",
    wrong: { machine_type: "e2-standard-4", min_cpu_platform: "Intel Ice Lake" },
    right: { machine_type: "n2-standard-4", min_cpu_platform: "Intel Ice Lake" },
    refusal: /Error 400: .*Minimum CPU platform is not supported for machine type e2-standard-4/,
  },
  {
    what: "E2 nodes with a minimum CPU platform",
    type: "google_container_node_pool",
    wrong: { node_config: [{ machine_type: "e2-standard-4", min_cpu_platform: "Intel Ice Lake" }] },
    right: { node_config: [{ machine_type: "e2-standard-4", min_cpu_platform: "" }] },
    refusal: /Error 400: .*Minimum CPU platform is not supported for machine type e2-standard-4/,
  },
  {
    what: "a policy that AWS does not have",
    type: "aws_iam_role_policy_attachment",
    wrong: { policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicyV2" },
    right: { policy_arn: "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2" },
    refusal:
      /NoSuchEntity: Policy arn:aws:iam::aws:policy\/service-role\/AmazonEBSCSIDriverPolicyV2 does not exist/,
  },
  {
    what: "an access entry of who made the cluster",
    type: "aws_eks_access_entry",
    wrong: { principal_arn: TWIN_CALLER },
    right: { principal_arn: "arn:aws:iam::000000000000:role/human" },
    refusal: /409, ResourceInUseException: The specified access entry resource is already in use/,
  },
])("$what is refused", ({ type, wrong, right, refusal }) => {
  const { refuses } = overlayOf(type);
  expect(refuses?.(wrong, undefined)).toMatch(refusal);
  expect(refuses?.(right, undefined)).toBeUndefined();
});

test("Terraform gets a refusal of a create and of a change in place, and nothing is made or changed", async () => {
  await using twin = await Twin.prepare();
  const refusal = /auto_upgrade and auto_repair cannot be false when release_channel REGULAR is set/;
  const wrong = edited(cluster("a"), POOL, noManagement);
  const refused = await twin.apply(twin.stack("one", wrong));
  expect(refused).toMatchObject({ exitCode: 1, output: expect.stringMatching(refusal) });
  expect((await twin.items()).map(({ kind }) => kind)).not.toContain("google_container_node_pool");
  expect(await twin.apply(twin.stack("one", cluster("a")))).toMatchObject({ exitCode: 0 });
  expect((await twin.apply(twin.stack("one", wrong))).output).toMatch(refusal);
});

test("an organisation that requires shielded machines leaves a cluster in error whose default pool has none", async () => {
  const faults = [{ op: "create", do: "org-policy", constraint: "compute.requireShieldedVm" }];
  await using twin = await Twin.prepare({ faults });
  const stack = twin.stack("one", cluster("a"));
  expect((await twin.apply(stack)).output).toMatch(
    /Instance 'gke-a-gke-default-pool' creation failed: Constraint constraints\/compute\.requireShieldedVm violated/,
  );
  expect(await twin.existing()).toContain("google_container_cluster a-gke");
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
});

test.each([
  ["google_compute_instance", (block: object) => block],
  ["google_container_cluster", (block: object) => ({ node_config: [block] })],
  ["google_container_node_pool", (block: object) => ({ node_config: [block] })],
] as const)("%s starts under a policy of shielded machines if it is one", (type, at) => {
  const violated = (isSecure: boolean): unknown =>
    violation(
      ["compute.requireShieldedVm"],
      { type, name: "a", project: "p" },
      { ...at({ shielded_instance_config: [{ enable_secure_boot: isSecure }] }) },
    );
  expect(violated(false)).toBeInstanceOf(CloudError);
  expect(violated(true)).toBeUndefined();
});

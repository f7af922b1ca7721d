import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { architectures, getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { estimateCost } from "../../reference-architectures/cost/estimate.ts";
import { hasKnownProcessor } from "../../reference-architectures/machine-types.ts";
import { ephemeralVariables, UNSET_SECRET } from "../../stacks/secrets.ts";
import { UNLABELLED } from "../../stacks/unlabelled.ts";
import { billed, made } from "./bill.ts";
import { labelPlaces } from "./label-places.ts";
import {
  RUN,
  type Synthesis,
  synthesize,
  type Synthesized,
  type TerraformJson,
  secretVariables,
} from "./synthesize.ts";

const PREFIX = "bench-5t6w4y1z0abc-";
const ADMIN = "arn:aws:iam::123456789012:role/human";

/** Every size in a cloud, and every choice of database that is not its own. */
const CASES = [...architectures.values()]
  .filter(({ cloud }) => cloud !== "kubernetes")
  .flatMap(({ name, databases, sizes }) =>
    Object.entries(sizes).flatMap(([size, figures]) =>
      databases
        .filter((kind) => kind === figures.database.kind || size === "canary")
        .map((kind) => ({ name, size, kind })),
    ),
  );

describe.each(CASES)("$name $size on $kind", ({ name, size: sizeName, kind }) => {
  const { stacks: names, region, zone, cloud } = getArchitecture(name);
  const size = resolveSize(name, sizeName, { "database.kind": kind }).figures;
  const labels = {
    "bench-run": RUN.runId,
    "bench-env": name,
    "bench-owner": "ada",
    "bench-expires": "1795999999",
    "bench-managed": "cdktf",
  };
  let synthesis: Synthesis;
  beforeAll(async () => {
    synthesis = await synthesize({
      architecture: name,
      size: sizeName,
      region,
      zone,
      overrides: { "database.kind": kind },
      project: cloud === "aws" ? "123456789012" : "some-project",
      clusterAccess: { admins: [ADMIN], cidrs: ["198.51.100.0/24"] },
    });
  });
  const all = (type: string): readonly Synthesized[] =>
    synthesis.resources.filter((resource) => resource.type === type);
  const only = (type: string): TerraformJson => {
    const found = all(type);
    expect(found).toHaveLength(1);
    return found[0]!.attributes;
  };

  const machine = (role: string): TerraformJson =>
    all("google_compute_instance").find(({ attributes }) => attributes.name === `${PREFIX}${role}`)!
      .attributes;

  test("its stacks have the same names in every size, and use its own cloud's providers only", () => {
    expect(Object.keys(synthesis.stacks)).toEqual(names);
    const other = cloud === "aws" ? "google" : "aws";
    expect(JSON.stringify(synthesis.stacks)).not.toContain(`hashicorp/${other}`);
  });

  test("every resource has the labels, or is listed as unlabelled and found by name or parent", () => {
    for (const resource of synthesis.resources) {
      const places = labelPlaces(resource);
      const handle = UNLABELLED[resource.type];
      expect([resource.type, places.length > 0]).toEqual([resource.type, handle === undefined]);
      for (const { path, value, byDefault } of places) {
        // Labels set beside the provider's defaults may add to them, but not differ.
        const expected = byDefault ? { ...labels, ...(value as object) } : value;
        expect([path, expected]).toEqual([path, expect.objectContaining(labels)]);
      }
      if (handle?.by === "name")
        expect(resource.attributes[handle.attribute]).toMatch(new RegExp(`^${PREFIX}`));
      if (handle?.by === "parent")
        expect(resource.attributes[handle.attribute]).toContain(`\${${handle.kind}.`);
    }
    const [provider] = synthesis.stacks[names[0]!].provider[cloud] as TerraformJson[];
    expect(provider.default_labels ?? provider.default_tags[0].tags).toEqual(labels);
  });

  test("resources of nodes and drivers have the labels too", () => {
    for (const { attributes } of all("aws_launch_template")) {
      const specifications = attributes.tag_specifications as TerraformJson[];
      expect(specifications.map(({ resource_type }) => resource_type)).toEqual([
        "instance",
        "volume",
        "network-interface",
      ]);
      for (const { tags } of specifications) expect(tags).toMatchObject(labels);
    }
    for (const { attributes } of all("kubernetes_storage_class_v1")) {
      const text = Object.values(attributes.parameters as Record<string, string>).join(",");
      for (const [key, value] of Object.entries({ ...labels, "bench-managed": "coder" }))
        expect(text).toContain(`${key}=${value}`);
    }
  });

  test("no database is public, prevents a destroy or leaves anything behind", () => {
    for (const { attributes } of all("google_sql_database_instance")) {
      expect(attributes).toMatchObject({
        deletion_protection: false,
        settings: {
          deletion_protection_enabled: false,
          edition: "ENTERPRISE",
          ip_configuration: { ipv4_enabled: false, psc_config: [{ psc_enabled: true }] },
          backup_configuration: { enabled: false },
        },
      });
    }
    for (const { attributes } of all("aws_db_instance")) {
      expect(attributes).toMatchObject({
        publicly_accessible: false,
        storage_encrypted: true,
        deletion_protection: false,
        skip_final_snapshot: true,
        backup_retention_period: 0,
        delete_automated_backups: true,
      });
    }
    const managed = all("google_sql_database_instance").length + all("aws_db_instance").length;
    expect(managed).toBe(kind === "on-box" ? 0 : 1);
  });

  test("no firewall, security group, API or machine is open to the internet", () => {
    const rules = [...all("google_compute_firewall"), ...all("aws_vpc_security_group_ingress_rule")];
    for (const { attributes } of rules) expect(JSON.stringify(attributes)).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
    for (const { attributes } of all("google_compute_instance"))
      expect(JSON.stringify(attributes.network_interface)).not.toContain("access_config");
    for (const { attributes } of all("aws_subnet")) expect(attributes.map_public_ip_on_launch).toBe(false);
    for (const { attributes } of all("aws_eks_cluster"))
      expect(attributes.vpc_config.public_access_cidrs).toEqual(["198.51.100.0/24"]);
    for (const { attributes } of all("helm_release").filter(
      ({ attributes }) => attributes.chart === "coder",
    )) {
      const { annotations } = JSON.parse(attributes.values[0]).coder.service;
      expect(Object.entries(annotations as Record<string, string>)).toContainEqual(
        cloud === "aws"
          ? ["service.beta.kubernetes.io/aws-load-balancer-internal", "true"]
          : ["networking.gke.io/load-balancer-type", "Internal"],
      );
    }
  });

  test("the database allows Coder's connections and a fifth more", () => {
    const limits = [
      ...all("google_sql_database_instance").map(
        ({ attributes }) => attributes.settings.database_flags[0].value,
      ),
      ...all("aws_db_parameter_group").map(({ attributes }) => attributes.parameter[0].value),
      ...all("google_compute_instance").flatMap(
        ({ attributes }) => attributes.metadata["coder-postgres-max-connections"] ?? [],
      ),
    ];
    expect(limits).toHaveLength(1);
    expect(Number(limits[0])).toBeGreaterThanOrEqual(
      1.2 * size.coder.replicas * size.coder.databaseConnections,
    );
  });

  test("secrets are in write-only attributes only, and their variables have a placeholder", () => {
    for (const [stack, content] of Object.entries(synthesis.stacks)) {
      const provisioned = stack.endsWith("-coder") && size.provisioners === "external";
      expect(Object.keys(content.variable)).toEqual(
        [
          ...ephemeralVariables(stack, { architecture: name, size: sizeName, overrides: {} }),
          ...(provisioned ? ["provisioners", "provisioner_key"] : []),
        ].toSorted(),
      );
      for (const variable of secretVariables(content))
        expect(variable).toMatchObject({ ephemeral: true, sensitive: true, default: UNSET_SECRET });
    }
    // A variable's own checks name it.
    const stacks = Object.values(synthesis.stacks).map((stack) => ({ ...stack, variable: {} }));
    const users = paths(stacks).filter(([, value]) => value.includes("var.db_password"));
    for (const [path] of users) expect(path).toMatch(/\.(data_wo(\.url)?|password_wo|secret_data_wo)$/);
    expect(users).toHaveLength(kind === "on-box" ? 1 : 2);
  });

  test("the load runner has the size's machine type, whose processor is known", () => {
    const { machineType, diskGib } = size.machines.runner;
    expect(hasKnownProcessor(size.machines.runner)).toBe(true);
    if (cloud === "aws") {
      const { instance_type, root_block_device } = only("aws_instance");
      expect([instance_type, root_block_device.volume_size]).toEqual([machineType, diskGib]);
    } else {
      const { machine_type, boot_disk } = machine("runner");
      expect([machine_type, boot_disk.initialize_params.size]).toEqual([machineType, diskGib]);
    }
  });

  test("an estimate counts exactly the machines and disks that are created", () => {
    const estimation = estimateCost(getArchitecture(name), size, { region, runner: true });
    expect(estimation.state === "priced" && billed(estimation.estimate)).toEqual(made(synthesis));
  });

  test("only the run's own key gives access to the load runner, through the cloud's own tunnel", () => {
    const { publicKey } = RUN.runner!;
    if (cloud === "aws") {
      const { user_data, vpc_security_group_ids, subnet_id, ...rest } = only("aws_instance");
      expect(user_data).toContain(`\npublic_key='${publicKey}'\n`);
      // A subnetwork that gives none, as the law above says of all.
      expect([subnet_id, rest.associate_public_ip_address]).toEqual([
        "${aws_subnet.vpc_nodes.id}",
        undefined,
      ]);
      expect(vpc_security_group_ids).toEqual(["${aws_security_group.runner_security-group.id}"]);
      for (const { attributes } of all("aws_vpc_security_group_ingress_rule"))
        expect(attributes.security_group_id).not.toContain("runner");
    } else {
      const { metadata, tags } = machine("runner");
      expect(metadata).toMatchObject({
        "ssh-keys": `refbench:${publicKey} refbench`,
        "enable-oslogin": "FALSE",
        "block-project-ssh-keys": "TRUE",
        "enable-guest-attributes": "TRUE",
      });
      const ways = all("google_compute_firewall").filter(({ attributes }) =>
        attributes.target_tags.some((tag: string) => tags.includes(tag)),
      );
      expect(ways.map(({ attributes }) => [attributes.source_ranges, attributes.allow])).toEqual([
        [["35.235.240.0/20"], [{ protocol: "tcp", ports: ["22"] }]],
      ]);
    }
  });

  test("the load runner has no permissions and an encrypted disk, and ends automatically after its run's expiry", () => {
    if (cloud === "aws") {
      const policies = all("aws_iam_role_policy_attachment").filter(({ id }) => id.startsWith("runner_"));
      expect(policies.map(({ attributes }) => attributes.policy_arn)).toEqual([
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      ]);
      const instance = only("aws_instance");
      expect(instance).toMatchObject({
        instance_initiated_shutdown_behavior: "terminate",
        metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 },
        root_block_device: { encrypted: true, delete_on_termination: true },
        lifecycle: { ignore_changes: ["ami"] },
      });
      expect(instance).not.toHaveProperty("ebs_block_device");
      expect(instance.user_data).toContain(`\nend='${RUN.expiresAt! + 3_600}'\n`);
    } else {
      const { service_account, scheduling, shielded_instance_config } = machine("runner");
      expect(service_account.email).toBe("${google_service_account.runner_identity_account.email}");
      const grants = synthesis.resources.filter(({ type }) => type.endsWith("_iam_member"));
      for (const { attributes } of grants)
        expect(JSON.stringify(attributes)).not.toContain("runner_identity");
      expect(scheduling.instance_termination_action).toBe("DELETE");
      expect(scheduling.max_run_duration.seconds).toBeGreaterThan(3_600);
      expect(shielded_instance_config.enable_secure_boot).toBe(true);
    }
  });

  test("the load runner's startup script contains no variable of Terraform", () => {
    const script =
      cloud === "aws" ? only("aws_instance").user_data : machine("runner").metadata["startup-script"];
    expect(script).toMatch(/^#!\/bin\/bash\n/);
    expect(script).not.toMatch(/(^|[^$])\$\{/m);
    const { status, stderr } = spawnSync("bash", ["-n"], { input: script.replaceAll("$${", "${") });
    expect([status, stderr.toString()]).toEqual([0, ""]);
  });

  if (cloud === "aws") {
    test("nodes have the size's number, private subnetworks, a pool for system pods, and IMDSv2", () => {
      const groups = all("aws_eks_node_group").map(({ attributes }) => attributes);
      for (const { scaling_config, subnet_ids } of groups) {
        expect(new Set(Object.values(scaling_config as object)).size).toBe(1);
        expect(subnet_ids).toEqual(["${aws_subnet.vpc_nodes.id}"]);
      }
      expect(groups.filter(({ taint }) => taint === undefined)).toHaveLength(1);
      const { coder, workspaces, system } = size.machines;
      const wanted = [coder, workspaces, system].filter(({ nodes }) => nodes > 0);
      expect(
        groups.map(({ instance_types, scaling_config }) => [instance_types[0], scaling_config.min_size]),
      ).toEqual(expect.arrayContaining(wanted.map(({ machineType, nodes }) => [machineType, nodes])));
      for (const { attributes } of all("aws_launch_template")) {
        expect(attributes.metadata_options).toMatchObject({
          http_tokens: "required",
          http_put_response_hop_limit: 1,
        });
        expect(attributes.block_device_mappings[0].ebs.encrypted).toBe("true");
      }
    });

    test("the cluster writes no logs, admits its creator and the named people, and creates tokens on demand", () => {
      expect(only("aws_eks_cluster")).toMatchObject({
        enabled_cluster_log_types: [],
        access_config: { authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: true },
      });
      expect(only("aws_eks_access_entry").principal_arn).toBe(ADMIN);
      const { kubernetes, helm } = synthesis.stacks["eks-coder"].provider;
      for (const { exec, token } of [kubernetes[0], helm[0].kubernetes]) {
        expect((Array.isArray(exec) ? exec[0] : exec).command).toBe("aws");
        expect(token).toBeUndefined();
      }
    });
  }

  if (names.length === 1) {
    test("Coder's machine is private, shielded and pinned, and ends automatically after its run's expiry", () => {
      const coder = machine("coder");
      expect(coder).toMatchObject({
        machine_type: size.machines.coder.machineType,
        deletion_protection: false,
        shielded_instance_config: { enable_secure_boot: true },
        scheduling: { instance_termination_action: "DELETE" },
      });
      expect(coder.scheduling.max_run_duration.seconds).toBeGreaterThan(3_600);
      expect(coder.boot_disk.initialize_params.image).toMatch(/debian-12-bookworm-v\d{8}$/);
      expect(coder.metadata["enable-oslogin"]).toBe("TRUE");
    });

    test("its metadata has the size's daemons and version, and the script contains no variable of Terraform", () => {
      const { metadata } = machine("coder");
      expect(metadata["coder-env"]).toContain(`CODER_PROVISIONER_DAEMONS=${size.coder.daemonsPerReplica}\n`);
      expect(metadata["coder-version"]).toBe(size.coder.version);
      expect(metadata["startup-script"]).toContain("LimitNOFILE=1048576");
      expect(metadata["startup-script"]).not.toMatch(/(^|[^$])\$\{/m);
    });

    test("figures of the machine are for the load runner alone", () => {
      const rules = all("google_compute_firewall").map(({ attributes }) => attributes);
      const open = (port: string): unknown[] =>
        rules.filter(({ allow }) => JSON.stringify(allow).includes(`"${port}"`));
      for (const port of ["2112", "9100", "5432"])
        expect(open(port)).toMatchObject([{ source_tags: ["bench-runner"], target_tags: ["bench-coder"] }]);
      const { metadata } = machine("coder");
      expect(metadata["coder-figures"]).toContain("refbench_terraform_cpu_microseconds_total");
      expect(metadata["coder-figures"]).not.toMatch(/(^|[^$])\$\{/m);
      expect("coder-database-role-secret" in metadata).toBe(kind === "on-box");
    });

    test("Coder's account may do what its builds need, and nothing else", () => {
      const grants = [
        ...all("google_project_iam_member"),
        ...all("google_service_account_iam_member"),
        ...all("google_secret_manager_secret_iam_member"),
      ].map(({ attributes }) => attributes.role as string);
      expect(grants.sort()).toEqual([
        ...(name === "gce-vm" ? ["roles/compute.instanceAdmin.v1", "roles/iam.serviceAccountUser"] : []),
        "roles/secretmanager.secretAccessor",
      ]);
      for (const { attributes } of all("google_project_iam_member")) {
        const { expression } = attributes.condition as { expression: string };
        for (const named of [
          `/instances/{name}").startsWith("${PREFIX}")`,
          `/disks/{name}").startsWith("${PREFIX}")`,
        ])
          expect(expression).toContain(named);
      }
      for (const { attributes } of all("google_service_account_iam_member"))
        expect(attributes.service_account_id).toBe("${google_service_account.workspace_account.id}");
    });
  }
});

/** Every text in a tree, with where it is. */
function paths(tree: unknown, path = ""): [string, string][] {
  if (typeof tree === "string") return [[path, tree]];
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => paths(value, `${path}.${key}`));
}

import { decodeTime } from "ulid";
import { beforeAll, describe, expect, test } from "vitest";
import { architectures, getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { EKS } from "../../reference-architectures/capacity/clusters.ts";
import { machineOf } from "../../reference-architectures/machine-types.ts";
import { readTemplate } from "../../reference-architectures/template.ts";
import { RUN, type Synthesis, synthesize, type TerraformJson } from "./synthesize.ts";

/*
 * Clouds behave in ways that their first documentation does not state, and a run that trusts it would fail there.
 * Each test states one such law.
 */

const ALL = [...architectures.values()]
  .filter(({ cloud }) => cloud !== "kubernetes")
  .flatMap(({ name, sizes }) => Object.keys(sizes).map((size) => ({ name, size })));

describe.each(ALL)("$name $size", ({ name, size: sizeName }) => {
  const { cloud, region, zone, stacks: names, carriedBy } = getArchitecture(name);
  const size = resolveSize(name, sizeName).figures;
  const inCluster = names.length > 1;
  let synthesis: Synthesis;
  beforeAll(async () => {
    synthesis = await synthesize({ architecture: name, size: sizeName, region, zone });
  });
  const all = (type: string): readonly TerraformJson[] =>
    synthesis.resources.filter((made) => made.type === type).map(({ attributes }) => attributes);
  const inside = (): TerraformJson => synthesis.stacks[names.at(-1)!];

  test("Coder's machines and the load runner have known processors that are not shared", () => {
    const { coder, runner } = size.machines;
    for (const { machineType } of [coder, runner]) expect(machineType).not.toMatch(/^(e2|f1|g1|t\d\w*)[-.]/);
    // An N2 machine has one of two processors, unless the older one is ruled out; an E2 machine takes no minimum.
    const pools = all("google_container_node_pool").map(({ node_config }) => node_config);
    for (const { machine_type, min_cpu_platform } of [...all("google_compute_instance"), ...pools])
      expect(min_cpu_platform).toBe(machine_type.startsWith("n2-") ? "Intel Ice Lake" : undefined);
    expect(size.database.tier).toMatch(/^db-custom-\d+-\d+$|^db\.[mc]\d/);
    for (const { scheduling } of all("google_compute_instance"))
      expect(scheduling.provisioning_model).toBe("STANDARD");
    for (const { capacity_type } of all("aws_eks_node_group")) expect(capacity_type).toBe("ON_DEMAND");
  });

  test("each built-in daemon has 1 GB, and the size names the rule for its cores", () => {
    const { memoryGib } = machineOf(size.machines.coder.machineType);
    expect(memoryGib).toBeGreaterThanOrEqual(size.coder.daemonsPerReplica);
    expect(size.buildRule).toBeTruthy();
  });

  test("clusters, databases and images are pinned, and none is upgraded during a run", () => {
    for (const cluster of all("google_container_cluster")) {
      expect(cluster.min_master_version).toMatch(/^\d+\.\d+/);
      expect(cluster.release_channel).toEqual({ channel: size.kubernetesChannel });
      const { recurring_window, maintenance_exclusion } = cluster.maintenance_policy;
      expect(recurring_window.recurrence).toBe("FREQ=DAILY");
      const [{ start_time, end_time, exclusion_options }] = maintenance_exclusion;
      expect(exclusion_options).toEqual({ scope: "NO_UPGRADES" });
      const madeAt = decodeTime(RUN.runId.toUpperCase());
      expect(Date.parse(start_time)).toBeLessThan(madeAt);
      expect(Date.parse(end_time) - madeAt).toBeGreaterThanOrEqual(28 * 86_400_000);
      // Google's limit for an exclusion of every upgrade.
      expect(Date.parse(end_time) - Date.parse(start_time)).toBeLessThanOrEqual(30 * 86_400_000);
    }
    for (const { node_config } of all("google_container_node_pool"))
      expect(node_config.image_type).toBe("COS_CONTAINERD");
    for (const cluster of all("aws_eks_cluster")) {
      expect(cluster.version).toMatch(/^\d+\.\d+$/);
      // Extended support would otherwise continue automatically, at six times the price.
      expect(cluster.upgrade_policy).toEqual({ support_type: "STANDARD" });
    }
    for (const group of all("aws_eks_node_group")) {
      expect(group.ami_type).toBe("AL2023_x86_64_STANDARD");
      expect(group.version).toBe(size.kubernetesVersion);
    }
    for (const { database_version } of all("google_sql_database_instance"))
      expect(database_version).toMatch(/^POSTGRES_\d+$/);
    for (const { engine_version, auto_minor_version_upgrade } of all("aws_db_instance")) {
      expect(engine_version).toMatch(/^\d+/);
      expect(auto_minor_version_upgrade).toBe(false);
    }
    for (const { boot_disk } of all("google_compute_instance"))
      expect(boot_disk.initialize_params.image).toMatch(/-v\d{8}$/);
  });

  test("every machine of Google's starts as organisations may require it, the default pool's too", () => {
    for (const { shielded_instance_config } of all("google_compute_instance"))
      expect(shielded_instance_config).toMatchObject({ enable_secure_boot: true });
    for (const { node_config } of [
      ...all("google_container_cluster"),
      ...all("google_container_node_pool"),
    ]) {
      expect(node_config.shielded_instance_config).toMatchObject({ enable_secure_boot: true });
      expect(node_config.workload_metadata_config).toEqual({ mode: "GKE_METADATA" });
    }
  });

  test("a Terraform without write-only attributes is refused first, also in a manual deployment", async () => {
    for (const { terraform } of Object.values(synthesis.stacks))
      expect(terraform.required_version).toBe(">= 1.11");
    // `plantimestamp()` of the templates.
    expect((await readTemplate(name))["main.tf"]).toMatch(/required_version = ">= 1\.5"/);
  });

  test("a database accepts TLS only, and no parameter repeats a default of its version", () => {
    for (const { settings } of all("google_sql_database_instance"))
      expect(settings.ip_configuration.ssl_mode).toBe("ENCRYPTED_ONLY");
    for (const { parameter } of all("aws_db_parameter_group"))
      expect(parameter.map((one: TerraformJson) => one.name)).toEqual(["max_connections"]);
  });

  test("Debian's own upgrades and indexes are disabled before anything else", () => {
    for (const { metadata } of all("google_compute_instance")) {
      const script = String(metadata["startup-script"]);
      const masked = script.indexOf(
        "systemctl mask --now apt-daily.timer apt-daily-upgrade.timer man-db.timer",
      );
      expect(masked).toBeGreaterThan(0);
      for (const later of ["apt-get install", "install_node", "sysctl --quiet"])
        if (script.includes(later)) expect(script.indexOf(later)).toBeGreaterThan(masked);
    }
  });

  test("Coder uses no external server for the addresses of its agents", () => {
    const settings = inCluster
      ? JSON.parse(all("helm_release").find(({ chart }) => chart === "coder")!.values[0]).coder.env
      : [
          {
            name: "all",
            value: all("google_compute_instance")
              .map((one) => one.metadata["coder-env"])
              .join(),
          },
        ];
    const text = settings.map((one: TerraformJson) => `${one.name}=${one.value}`).join("\n");
    expect(text).toContain("CODER_DERP_SERVER_STUN_ADDRESSES=disable");
  });

  test("a cloud's state contains no secret that another stack reads", () => {
    for (const { output } of Object.values(synthesis.stacks))
      expect(JSON.stringify(output)).not.toMatch(/var\.|password|token/i);
  });

  test("one stack finds the other's state in any folder", () => {
    for (const { data = {} } of Object.values(synthesis.stacks))
      for (const { config } of Object.values<TerraformJson>(data.terraform_remote_state ?? {}))
        expect(config.path).toMatch(/^\.\.\/[\w-]+\/terraform\.tfstate$/);
  });

  test("a startup fails only because of its own settings, and not because of the system image's", () => {
    const machines = [...all("google_compute_instance"), ...all("aws_instance")];
    for (const { metadata, user_data } of machines) {
      const loads = String(metadata?.["startup-script"] ?? user_data).match(/^sysctl .*$/gm);
      expect(loads).toEqual(["sysctl --quiet --load=/etc/sysctl.d/90-refbench.conf"]);
    }
  });

  test("a startup lowers no limit of the system's image", () => {
    for (const { metadata, user_data } of [...all("google_compute_instance"), ...all("aws_instance")])
      expect(String(metadata?.["startup-script"] ?? user_data)).not.toMatch(/^fs\.nr_open/m);
  });

  test("nodes start after the route to the internet, and are deleted before it", () => {
    for (const { depends_on = [] } of all("google_container_node_pool"))
      expect(depends_on).toContainEqual(expect.stringMatching(/^google_compute_router_nat\./));
    for (const { depends_on = [] } of all("aws_eks_node_group"))
      expect(depends_on).toContainEqual(expect.stringMatching(/^aws_route\./));
  });

  test("workspaces' images come from their registry once a machine, which its anonymous limit allows", async () => {
    const { "main.tf": main = "" } = await readTemplate(name);
    if (inCluster) expect(main).toMatch(/image_pull_policy += "IfNotPresent"/);
    const pulls = Math.max(size.machines.coder.nodes, size.machines.workspaces.nodes);
    if (carriedBy !== "machine-each") expect(pulls).toBeLessThanOrEqual(100);
  });

  if (!inCluster) {
    test("a machine ends automatically, an hour after its run's expiry", () => {
      for (const { scheduling } of all("google_compute_instance")) {
        expect(scheduling.max_run_duration.seconds).toBeGreaterThan(3_600);
        expect(scheduling.instance_termination_action).toBe("DELETE");
      }
    });
    return;
  }

  test("one pool has no taint, for Kubernetes' own pods", () => {
    const taints = [
      ...all("google_container_node_pool").map(({ node_config }) => node_config.taint),
      ...all("aws_eks_node_group").map(({ taint }) => taint),
    ];
    expect(taints).toContain(undefined);
  });

  test("Coder's load balancer sends to the nodes of Coder's pods only", () => {
    const { values } = all("helm_release").find(({ chart }) => chart === "coder")!;
    expect(JSON.parse(values[0]).coder.service.externalTrafficPolicy).toBe("Local");
  });

  test("EBS' driver may touch its own volumes only, and does not wait for metadata that it cannot reach", () => {
    const policies = all("aws_iam_role_policy_attachment").map(({ policy_arn }) => policy_arn as string);
    expect(policies.filter((arn) => arn.includes("EBS"))).toEqual(
      cloud === "aws" ? ["arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"] : [],
    );
    for (const { values } of all("helm_release").filter(({ chart }) => chart === "aws-ebs-csi-driver")) {
      const { node, controller } = JSON.parse(values[0]);
      expect(node.metadataSources).toBe("kubernetes");
      // By this tag the policy knows them. The driver sets it; ours must not.
      expect(controller.extraVolumeTags).not.toHaveProperty("ebs.csi.aws.com/cluster");
    }
  });

  test("an image's name is not a secret: a plan shows it", () => {
    for (const { ami } of all("aws_instance")) expect(ami).toMatch(/\.insecure_value\}$/);
  });

  test("no node has more pods and disks than it can", () => {
    const { workspaces, coder } = size.machines;
    const nodes = workspaces.nodes === 0 ? coder.nodes : workspaces.nodes;
    const each = Math.ceil(size.workspaces / nodes);
    // AWS caps managed nodes below 30 cores at 110; a few are Kubernetes' own everywhere.
    expect(each).toBeLessThanOrEqual((cloud === "aws" ? 110 : 256) - 8);
    if (size.homeVolumeGib > 0) expect(each).toBeLessThanOrEqual(cloud === "aws" ? 25 : 127);
    for (const pool of all("google_container_node_pool")) expect(pool.max_pods_per_node).toBe(256);
  });

  test("a disk driver offers no more disks on a node than the size assumes", () => {
    const { machineType } = size.machines.workspaces;
    for (const { values } of all("helm_release").filter(({ chart }) => chart === "aws-ebs-csi-driver"))
      expect(JSON.parse(values[0]).node.volumeAttachLimit).toBe(EKS.disksPerNode(machineOf(machineType)));
  });

  test("a second plan is empty despite values that only the provider sets", () => {
    for (const { lifecycle } of all("google_container_cluster"))
      expect(lifecycle.ignore_changes).toEqual([
        "node_config",
        "private_cluster_config[0].enable_private_endpoint",
      ]);
  });

  test("the API's credential is created on demand, and its certificate is checked with the right authority", () => {
    const { kubernetes, helm } = inside().provider;
    for (const provider of [kubernetes[0], helm[0].kubernetes] as TerraformJson[]) {
      expect(provider.token).toBeUndefined();
      expect([provider.exec].flat()[0].command).toBe(cloud === "aws" ? "aws" : "gke-gcloud-auth-plugin");
      // Google's endpoint by name is signed publicly: the cluster's own authority would not know it.
      expect(provider.cluster_ca_certificate === undefined).toBe(cloud === "google");
    }
  });

  test("the Service creates its internal load balancer with the cluster's own controller", () => {
    for (const { addons_config } of all("google_container_cluster"))
      expect(addons_config.http_load_balancing).toEqual({ disabled: false });
    const made = synthesis.resources.map(({ type }) => type);
    expect(made.filter((type) => /^aws_lb|backend_service|node_port/.test(type))).toEqual([]);
    const charts = all("helm_release").map(({ chart }) => chart as string);
    expect(charts).not.toContain("aws-load-balancer-controller");
  });

  test("the identity that creates the cluster is its admin, for the teardown", () => {
    for (const { access_config } of all("aws_eks_cluster"))
      expect(access_config.bootstrap_cluster_creator_admin_permissions).toBe(true);
    for (const { control_plane_endpoints_config } of all("google_container_cluster"))
      expect(control_plane_endpoints_config.dns_endpoint_config.allow_external_traffic).toBe(true);
  });
});

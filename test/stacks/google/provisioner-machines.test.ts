import { beforeAll, expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { ArchitectureError } from "../../../reference-architectures/error.ts";
import { type Synthesis, synthesize, type TerraformJson } from "../synthesize.ts";

/** 45 provisioners on two machines. */
const EXTERNAL = {
  provisioners: "external",
  licensed: true,
  concurrentBuilds: 45,
  buildRule: "formula-2024",
  "coder.daemonsPerReplica": 0,
  "externalProvisioners.count": 45,
  "machines.provisioners.nodes": 2,
};
const { region, zone } = architectures.get("gce-vm")!;
const at = { architecture: "gce-vm", size: "canary", region, zone };

let synthesis: Synthesis;
let machine: TerraformJson;
const named = (type: string, id: string): TerraformJson => {
  const found = synthesis.resources.filter((made) => made.type === type && made.id === id);
  expect(found).toHaveLength(1);
  return found[0]!.attributes;
};

beforeAll(async () => {
  synthesis = await synthesize({ ...at, overrides: EXTERNAL });
  machine = named("google_compute_instance", "external-provisioners_machine");
});

test("each machine has at most 30 provisioners, and all of them together are the size's", () => {
  expect(machine.count).toBe("${var.provisioners > 0 ? 2 : 0}");
  expect(machine.name).toMatch(/-prov-\$\{count\.index\}$/);
  expect(sharesOf(machine, 2)).toEqual([23, 22]);
});

test("machines that have room for fewer than 30 get no more than the catalogue counts on", async () => {
  const overrides = {
    ...EXTERNAL,
    "machines.provisioners.machineType": "n2-standard-16",
    "machines.provisioners.nodes": 3,
  };
  expect(() => resolveSize("gce-vm", "canary", { ...overrides, "machines.provisioners.nodes": 2 })).toThrow(
    /at least 3: 15 provisioners/,
  );
  const { resources } = await synthesize({ ...at, overrides });
  const made = resources.find(({ id }) => id === "external-provisioners_machine");
  expect(sharesOf(made!.attributes, 3)).toEqual([15, 15, 15]);
});

test("they are of the size's type, without a public address, and build with the account of Coder's builds", () => {
  const { machineType } = resolveSize("gce-vm", "canary", EXTERNAL).figures.machines.provisioners;
  const coder = named("google_compute_instance", "host_coder_machine");
  expect(machine.machine_type).toBe(machineType);
  expect(JSON.stringify(machine.network_interface)).not.toContain("access_config");
  expect(machine.service_account).toEqual(coder.service_account);
  expect(machine.depends_on).toContain("google_compute_instance.host_coder_machine");
});

test("the key is in a write-only attribute alone, and exists from the second apply on", () => {
  const version = named("google_secret_manager_secret_version", "external-provisioners_key_version");
  expect(version).toMatchObject({
    count: "${var.provisioners > 0 ? 1 : 0}",
    secret_data_wo: "${var.provisioner_key}",
  });
  expect(machine.metadata["coder-provisioner-key-secret"]).toMatch(/\/versions\/latest$/);
  const others = synthesis.resources.filter(({ attributes }) => attributes !== version);
  expect(JSON.stringify(others)).not.toContain("provisioner_key");
});

test("no build runs beside coderd, which then needs no providers", () => {
  const { metadata } = named("google_compute_instance", "host_coder_machine");
  expect(metadata["coder-env"]).toMatch(/^CODER_PROVISIONER_DAEMONS=0$/m);
  expect(metadata["coder-providers"]).toBeUndefined();
  expect(machine.metadata["coder-providers"]).toBeDefined();
});

test("with built-in daemons there is nothing of them", async () => {
  const { resources, stacks } = await synthesize(at);
  expect(JSON.stringify({ resources, stacks })).not.toMatch(/provisioner_key|external-provisioners|prov-key/);
});

test("workspaces in containers of Coder's machine cannot have them", () => {
  expect(() => resolveSize("gce-docker", "canary", EXTERNAL)).toThrow(ArchitectureError);
  expect(() => resolveSize("gce-docker", "canary", EXTERNAL)).toThrow(/provisioners is "external"/);
});

/** The number of provisioners of each machine, by its index. */
function sharesOf({ metadata }: TerraformJson, machines: number): number[] {
  const share = metadata["coder-provisioners"] as string;
  const [, rest, more, each = share] = /^\$\{count\.index < (\d+) \? (\d+) : (\d+)\}$/.exec(share) ?? [];
  return Array.from({ length: machines }, (_, index) => Number(index < Number(rest ?? 0) ? more : each));
}

import { randomUUID } from "node:crypto";
import { parseTemplate } from "../template/template-hcl.ts";
import { resourcesOf } from "./workspace-builds.ts";
import type { EmulatedDeployment } from "../context.ts";
import type { EmulatedTemplateVersion } from "../state/types.ts";
import { now } from "../state/world.ts";

const MAIN_TF = `
data "coder_parameter" "home_disk_size" {
  name    = "home_disk_size"
  type    = "number"
  default = "10"
  mutable = true
}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
resource "kubernetes_persistent_volume_claim_v1" "home" {}
resource "kubernetes_pod" "main" {}
`;

const EMPTY_TAR = Buffer.alloc(1024);

/** A first user and a template `kubernetes`, as an operator would have set up before a scaletest. */
export function seed(
  { world, queue }: EmulatedDeployment,
  secret: string,
  template = `${MAIN_TF}${presetOf(world.config.prebuilds ?? 0)}`,
): { readonly email: string; readonly password: string; readonly token: string } {
  const email = "admin@refbench.local";
  const password = `emulated-${secret}`;
  const admin = world.addUser({ email, username: "admin", password, roles: ["owner"], active: true });
  const versionId = randomUUID();
  const fileId = randomUUID();
  // Its archive may be used again, and has nothing in it that is looked for.
  world.files.set(fileId, EMPTY_TAR);
  const job = world.addJob({
    type: "template_version_import",
    fileId,
    initiatorId: admin.id,
    input: { template_version_id: versionId },
  });
  job.status = "succeeded";
  job.startedAt = job.completedAt = now();
  const daemon = queue.daemons[0];
  if (daemon) job.worker = { id: daemon.id, name: daemon.name };
  const templateId = randomUUID();
  const version: EmulatedTemplateVersion = {
    id: versionId,
    name: "seeded",
    message: "",
    job,
    createdById: admin.id,
    createdAt: job.createdAt,
    parsed: parseTemplate(new Map([["main.tf", template]])),
    variables: {},
    resources: [],
    templateId,
    updatedAt: job.createdAt,
  };
  version.resources.push(...resourcesOf(world, version, "start", job.id));
  world.versions.set(version.id, version);
  world.templates.set(templateId, {
    id: templateId,
    createdAt: job.createdAt,
    createdById: admin.id,
    description: "",
    defaultTtlMs: 0,
    name: "kubernetes",
    displayName: "",
    activeVersionId: version.id,
    updatedAt: job.createdAt,
  });
  return { email, password, token: world.addKey(admin) };
}

function presetOf(prebuilds: number): string {
  return prebuilds === 0
    ? ""
    : `
data "coder_workspace_preset" "ready" {
  name = "ready"
  prebuilds {
    instances = ${prebuilds}
  }
}
`;
}

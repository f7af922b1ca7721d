import { randomUUID } from "node:crypto";
import type {
  EmulatedJob,
  NamedValue,
  Resource,
  EmulatedTemplateVersion,
  EmulatedUser,
} from "../state/types.ts";
import { randomText } from "../state/world.ts";
import type { World } from "../state/world.ts";
import type { Provisioner } from "./provisioner.ts";
import { type Tags, withOwn } from "../../../harness/model/provisioner-tags.ts";
import { readTar } from "../template/tar.ts";
import { parseTemplate } from "../template/template-hcl.ts";
import { resourcesOf } from "./workspace-builds.ts";

/** Jobs about templates: imports of a version, and dry runs of one. */
export class TemplateImports {
  readonly #world: World;
  readonly #provisioner: Provisioner;
  /** The resources that each dry run would create. */
  readonly dryRuns = new Map<string, { readonly job: EmulatedJob; readonly resources: Resource[] }>();

  constructor(world: World, provisioner: Provisioner) {
    this.#world = world;
    this.#provisioner = provisioner;
  }

  /** Queues the import of an uploaded archive; a required variable without a value fails the job. */
  import(fields: {
    fileId: string;
    archive: Buffer;
    by: EmulatedUser;
    name: string;
    message: string;
    templateId: string | undefined;
    variables: readonly NamedValue[];
    tags: Tags;
  }): EmulatedTemplateVersion {
    const id = randomUUID();
    const job = this.#world.addJob({
      type: "template_version_import",
      fileId: fields.fileId,
      initiatorId: fields.by.id,
      input: { template_version_id: id },
      tags: withOwn(fields.tags),
    });
    const parsed = parseTemplate(readTar(fields.archive));
    const given = Object.fromEntries(fields.variables.map(({ name, value }) => [name, value]));
    const version: EmulatedTemplateVersion = {
      id,
      name: fields.name || `emulated_${randomText(8).toLowerCase()}`,
      message: fields.message,
      job,
      createdById: fields.by.id,
      createdAt: job.createdAt,
      parsed,
      variables: Object.fromEntries(
        parsed.variables.flatMap((variable) => {
          const value = given[variable.name] ?? variable.default;
          return value === undefined ? [] : [[variable.name, value]];
        }),
      ),
      resources: [],
      templateId: fields.templateId,
      updatedAt: job.createdAt,
    };
    this.#world.versions.set(id, version);
    const missing = parsed.variables.map(({ name }) => name).filter((name) => !(name in version.variables));
    this.#provisioner.submit(job, {
      kind: "import",
      failure: () =>
        missing.length > 0
          ? {
              error: `required template variables need values: ${missing.join(", ")}`,
              code: "REQUIRED_TEMPLATE_VARIABLES",
              stage: "init",
            }
          : undefined,
      finish: (outcome) => {
        if (outcome === "succeeded")
          version.resources.push(...resourcesOf(this.#world, version, "start", job.id));
      },
    });
    return version;
  }

  /** Queues a plan that makes nothing. */
  dryRun(version: EmulatedTemplateVersion, by: EmulatedUser): EmulatedJob {
    const job = this.#world.addJob({
      type: "template_version_dry_run",
      fileId: version.job.fileId,
      initiatorId: by.id,
      input: { template_version_id: version.id },
      tags: version.job.tags,
    });
    const resources: Resource[] = [];
    this.dryRuns.set(job.id, { job, resources });
    this.#provisioner.submit(job, {
      kind: "dry-run",
      finish: () => resources.push(...resourcesOf(this.#world, version, "start", job.id)),
    });
    return job;
  }

  cancel(job: EmulatedJob): boolean {
    return this.#provisioner.cancel(job, undefined);
  }
}

import type { Answer } from "../../coder/http/answer.ts";
import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { isActive, type TemplateVersion } from "../../coder/http/schemas.ts";
import { templateArchive } from "../../coder/template-archive.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import { readImportLog } from "../context/failure-logs.ts";
import type { TaskContext } from "../context/load-context.ts";

const ASK_AGAIN_MS = 250;

/**
 * Uploads the template and waits for its import. An existing template of that name gets it as its active
 * version.
 */
export async function uploadTemplate(
  admin: CoderClient,
  organizationId: string,
  template: BootstrapTask["template"],
  context: TaskContext,
  deadline: number,
): Promise<{ readonly id: string; readonly versionId: string }> {
  const { name } = template;
  const file = usable(await admin.uploadFile(await templateArchive(template.files)), name, "be uploaded");
  const existing = await admin.template(organizationId, name);
  if (!existing.ok && !failedWith(existing, 404)) usable(existing, name, "be looked up");

  const created = await admin.createTemplateVersion(organizationId, {
    fileId: file.hash,
    variables: template.variables,
    ...(template.tags === undefined ? {} : { tags: template.tags }),
    // eslint-disable-next-line no-restricted-syntax -- the only failure left is 404: there is no template yet.
    ...(existing.ok ? { templateId: existing.value.id } : {}),
  });
  const version = usable(created, name, "be imported");
  await awaitImport(admin, version, name, context, deadline);

  if (existing.ok) {
    usable(await admin.activateTemplateVersion(existing.value.id, version.id), name, "be given its version");
    return { id: existing.value.id, versionId: version.id };
  }
  const made = usable(await admin.createTemplate(organizationId, name, version.id), name, "be created");
  return { id: made.id, versionId: version.id };
}

async function awaitImport(
  admin: CoderClient,
  created: TemplateVersion,
  name: string,
  context: TaskContext,
  deadline: number,
): Promise<void> {
  let { job } = created;
  while (isActive(job)) {
    if (context.clock.elapsed() > deadline)
      throw new RefbenchError(
        "coder",
        `the import of template ${name} is still ${job.status} at bootstrap's deadline`,
      );
    await context.clock.sleep(ASK_AGAIN_MS, context.signal);
    job = usable(await admin.templateVersion(created.id), name, "be asked for").job;
  }
  if (job.status === "succeeded") return;
  const log = await readImportLog(admin, created.id);
  const reason = [job.error ?? "no reason given", ...log].join(" / ");
  throw new RefbenchError("coder", `the import of template ${name} ${job.status}: ${reason}`);
}

function usable<T>(answer: Answer<T>, name: string, what: string): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `template ${name} cannot ${what}: ${answer.failure.message}`);
}

import { CoderClient } from "../../coder/client.ts";
import { type Answer, failedWith } from "../../coder/http/answer.ts";
import { RefbenchError } from "../../tools/error.ts";
import { readTemplate } from "../checks/read-template.ts";
import type { LoadContext } from "../context/load-context.ts";

/** How long templates are deleted after the load; a stopped one leaves them to the cleanup sooner. */
const REMOVAL_MS = { ended: 30_000, stopped: 5_000 };

/** The archive of the load's template, from which the short ones are made: nothing is uploaded. */
export async function archiveOf({ admin, task, organizationId }: LoadContext): Promise<string> {
  const asking = admin.patient();
  const template = await readTemplate(asking, { organizationId, template: task.template });
  const version = await asking.templateVersion(template.active_version_id);
  if (version.ok) return version.value.job.file_id;
  throw new RefbenchError(
    "coder",
    `version of template ${task.template} cannot be read: ${version.failure.message}`,
  );
}

/** A template that is made only to be deleted. No provisioner imports it, so that it costs Coder a few rows. */
export async function makeShortTemplate(
  { admin, organizationId }: LoadContext,
  { name, fileId }: { readonly name: string; readonly fileId: string },
): Promise<Answer<{ readonly id: string }>> {
  const version = await admin.createTemplateVersion(organizationId, {
    fileId,
    variables: {},
    provisioner: "echo",
  });
  if (!version.ok) return version;
  const template = await admin.createTemplate(organizationId, name, version.value.id);
  // The import waits for nobody. Coder refuses to cancel one that has ended, which is as good.
  await admin.cancelTemplateVersion(version.value.id);
  return template;
}

/** Deletes the templates of these names that exist, also after a stop. Returns why others may exist. */
export async function removeShortTemplates(
  { admin, task, organizationId, signal: stop }: LoadContext,
  names: readonly string[],
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(stop.aborted ? REMOVAL_MS.stopped : REMOVAL_MS.ended);
  const client = new CoderClient(admin.http, { token: task.token, isSiteAdmin: true }, signal).patient();
  const left: string[] = [];
  for (const name of names) {
    const found = await client.template(organizationId, name);
    const deleted = found.ok ? await client.deleteTemplate(found.value.id) : found;
    if (!deleted.ok && !failedWith(deleted, 404)) left.push(`${name}: ${deleted.failure.message}`);
  }
  return left;
}

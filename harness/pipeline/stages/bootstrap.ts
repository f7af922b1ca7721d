import { parseProvisionerTags } from "../../../reference-architectures/capacity/provisioner-tags.ts";
import { templateVariables } from "../../../reference-architectures/template.ts";
import { bootstrapResult as workerBootstrapResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import type { StageContext } from "../context/context.ts";
import { deploymentTarget, expectedCapacity } from "../measurement/deployment-target.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";
import { writeSecrets } from "../folder/secrets.ts";
import { coderTrust } from "../making/coder-trust.ts";
import { deployProvisioners, reportNotes, requireSecrets } from "./deploy-provisioners.ts";
import { provisionResult } from "./provision.ts";
import { countOf } from "../../tools/count-text.ts";

/** How long the worker may take for each part of the stage, in milliseconds. */
const TASK_MS = 15 * 60_000;

/** The stored result of bootstrap, without the token, which goes to `secrets.json`. */
export const storedBootstrapResult = workerBootstrapResult.omit({ token: true, stopped: true });

/**
 * Creates the first user, posts the licence, deploys external provisioners if the size has them, waits until every
 * replica and provisioner is live, and uploads the workspace template.
 */
export async function bootstrap(context: StageContext): Promise<string> {
  const { folder, plan, environment, ports, signal, report } = context;
  const { outputs } = await readJson(folder.result("provision"), provisionResult);
  const own = await requireSecrets(folder);
  const isExternal = plan.size.provisioners === "external";
  const target = {
    deployment: { ...deploymentTarget(plan, outputs.coder_url), ...coderTrust(environment) },
    admin: { email: own.adminEmail, username: own.adminUsername, password: own.adminPassword },
    // A rehearsal has no licence to post: its Coder simulates what a licence allows.
    ...(own.licence === undefined ? {} : { licence: own.licence }),
    timeoutMs: TASK_MS,
  };
  const secrets = isExternal ? await deployProvisioners(context, target) : own;
  const tags = parseProvisionerTags(plan.size.externalProvisioners.tags);
  const task: BootstrapTask = {
    ...target,
    task: "bootstrap",
    template: {
      name: plan.template,
      files: { ...(await ports.readTemplate(environment.architecture)) },
      variables: templateVariables({
        ...environment,
        size: plan.size,
        place: outputs.template_variables,
      }),
      ...(isExternal ? { tags } : {}),
    },
    expect: expectedCapacity(plan),
  };
  const result = await ports.worker.bootstrap(task, { signal, onEvent: reportNotes(report) });
  signal.throwIfAborted();
  await writeSecrets(folder, { ...secrets, token: result.token });
  await writeJson(folder.result("bootstrap"), storedBootstrapResult.parse(result));
  return `Coder ${result.coderVersion}, ${countOf(result.replicas, "replica")}, ${countOf(result.provisionerDaemons, isExternal ? "external provisioner" : "provisioner daemon")}`;
}

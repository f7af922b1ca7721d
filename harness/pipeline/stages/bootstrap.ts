import { templateVariables } from "../../../reference-architectures/template.ts";
import { RefbenchError } from "../../tools/error.ts";
import { bootstrapResult as workerBootstrapResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import type { StageContext } from "../context/context.ts";
import { deploymentTarget, expectedCapacity } from "../measurement/deployment-target.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";
import { DEADLINES_MS } from "../folder/plan.ts";
import { findSecrets, writeSecrets } from "../folder/secrets.ts";
import { coderTrust } from "../making/coder-trust.ts";
import { provisionResult } from "./provision.ts";
import { countOf } from "../../tools/count-text.ts";

/** The stored result of bootstrap, without the token, which goes to `secrets.json`. */
export const storedBootstrapResult = workerBootstrapResult.omit({ token: true, stopped: true });

/**
 * Creates the first user, posts the licence, waits until every replica is live, and uploads the workspace
 * template.
 */
export async function bootstrap(context: StageContext): Promise<string> {
  const { folder, plan, environment, ports, signal, report } = context;
  const { outputs } = await readJson(folder.result("provision"), provisionResult);
  const secrets = await findSecrets(folder);
  if (secrets === undefined) {
    throw new RefbenchError(
      "run_folder",
      `${folder.secrets} is missing, and Coder cannot be set up without the admin's password: end this run with "refbench teardown" and start another one`,
    );
  }
  const task: BootstrapTask = {
    task: "bootstrap",
    deployment: { ...deploymentTarget(plan, outputs.coder_url), ...coderTrust(environment) },
    admin: { email: secrets.adminEmail, username: secrets.adminUsername, password: secrets.adminPassword },
    template: {
      name: plan.template,
      files: { ...(await ports.readTemplate(environment.architecture)) },
      variables: templateVariables({
        ...environment,
        size: plan.size,
        place: outputs.template_variables,
      }),
    },
    expect: expectedCapacity(plan),
    // A rehearsal has no licence to post: its Coder simulates what a licence allows.
    ...(secrets.licence === undefined ? {} : { licence: secrets.licence }),
    timeoutMs: DEADLINES_MS.bootstrap,
  };
  const result = await ports.worker.bootstrap(task, {
    signal,
    onEvent: (event) => {
      if (event.type === "note") report({ type: "note", level: "info", message: event.message });
    },
  });
  signal.throwIfAborted();
  await writeSecrets(folder, { ...secrets, token: result.token });
  await writeJson(folder.result("bootstrap"), storedBootstrapResult.parse(result));
  return `Coder ${result.coderVersion}, ${countOf(result.replicas, "replica")}, ${countOf(result.provisionerDaemons, "provisioner daemon")}`;
}

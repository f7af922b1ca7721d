import { templateVariables } from "../../../reference-architectures/template.ts";
import { RefbenchError } from "../../tools/error.ts";
import { bootstrapResult as shardBootstrapResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import type { StageContext } from "../context/context.ts";
import { deploymentOf, expectedCapacity } from "../measurement/deployment-of.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";
import { DEADLINES_MS } from "../folder/plan.ts";
import { findSecrets, writeSecrets } from "../folder/secrets.ts";
import { trustOf } from "../making/trust-of.ts";
import { provisionResult } from "./provision.ts";

/** What bootstrap leaves, the token apart: that goes to `secrets.json`. */
export const storedBootstrapResult = shardBootstrapResult.omit({ token: true, stopped: true });

/** Makes the first user, posts the licence, sees every replica live, uploads the workspace template. */
export async function bootstrap(context: StageContext): Promise<string> {
  const { folder, plan, environment, ports, signal, report } = context;
  const { outputs } = await readJson(folder.result("provision"), provisionResult);
  const secrets = await findSecrets(folder);
  if (secrets === undefined) {
    throw new RefbenchError(
      "run_folder",
      `${folder.secrets} is missing: without the admin's password Coder cannot be set up`,
    );
  }
  const task: BootstrapTask = {
    task: "bootstrap",
    deployment: { ...deploymentOf(plan, outputs.coder_url), ...trustOf(environment) },
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
    // A rehearsal has none to post: its Coder simulates what a licence allows.
    ...(secrets.licence === undefined ? {} : { licence: secrets.licence }),
    timeoutMs: DEADLINES_MS.bootstrap,
  };
  const result = await ports.shard.run(task, {
    signal,
    onEvent: (event) => {
      if (event.type === "note") report({ type: "note", level: "info", message: event.message });
    },
  });
  if (result.task !== "bootstrap")
    throw new RefbenchError("shard", `the shard answered a bootstrap task with a result of ${result.task}`);
  signal.throwIfAborted();
  await writeSecrets(folder, { ...secrets, token: result.token });
  await writeJson(folder.result("bootstrap"), storedBootstrapResult.parse(result));
  return `Coder ${result.coderVersion}, ${result.replicas} replicas, ${result.provisionerDaemons} provisioner daemons`;
}

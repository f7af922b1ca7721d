import { z } from "zod";
import { parseProvisionerTags } from "../../../reference-architectures/capacity/provisioner-tags.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { IssueKeyTask } from "../../model/ports/worker-task.ts";
import type { TaskOptions } from "../../model/ports/worker.ts";
import type { StageContext } from "../context/context.ts";
import { readJson } from "../../tools/files/json-file.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findSecrets, type Secrets, writeSecrets } from "../folder/secrets.ts";
import { provisionerKeyName } from "../measurement/deployment-target.ts";
import { applyStack } from "./apply-stack.ts";
import { noteWhatExists } from "../context/ask-inventory.ts";
import { provisionResult } from "./provision.ts";
import { watchPods } from "./watch-pods.ts";
import { countOf } from "../../tools/count-text.ts";

/**
 * Deploys the external provisioners of a size. Coder makes their key, so that it must run before: the worker asks for
 * the key, and this process applies the last stack once more, with the key and their number. Returns the run's secrets
 * with the key. Every later apply of the stack gets the same values from them. A stage that was interrupted at any
 * place can run again.
 */
export async function deployProvisioners(
  context: StageContext,
  target: Pick<IssueKeyTask, "deployment" | "admin" | "licence" | "timeoutMs">,
): Promise<Secrets> {
  const { folder, plan, ports, signal, report } = context;
  const { count, tags } = plan.size.externalProvisioners;
  const before = await requireSecrets(folder);
  const issued = await ports.worker.issueKey(
    {
      ...target,
      task: "issueKey",
      replicas: plan.size.coder.replicas,
      key: {
        name: provisionerKeyName(plan),
        tags: parseProvisionerTags(tags),
        ...(before.provisioners === undefined ? {} : { knownId: before.provisioners.keyId }),
      },
    },
    { signal, onEvent: reportNotes(report) },
  );
  signal.throwIfAborted();
  const secret = issued.secret ?? before.provisioners?.key;
  if (secret === undefined)
    throw new RefbenchError("worker", "the worker returned a provisioner key without its secret");
  // Pods read their key when they start: those with an earlier key are replaced.
  if (issued.secret !== undefined && before.provisioners !== undefined) {
    await withdrawProvisioners(folder);
    await applyLastStack(context);
  }
  const secrets: Secrets = { ...before, provisioners: { keyId: issued.id, key: secret, count } };
  await writeSecrets(folder, secrets);
  report({ type: "note", level: "info", message: `deploying ${countOf(count, "external provisioner")}` });
  await applyLastStack(context);
  await noteWhatExists(context);
  return secrets;
}

/** Forgets the key, so that the next apply deploys no provisioners: those of one installation cannot use another. */
export async function withdrawProvisioners(folder: RunFolder): Promise<void> {
  const secrets = await requireSecrets(folder);
  await writeSecrets(folder, { ...secrets, provisioners: undefined });
}

async function applyLastStack(context: StageContext): Promise<void> {
  const { folder } = context;
  const { place } = await readJson(folder.result("provision"), provisionResult);
  const stack = (await readJson(folder.result("stacks"), z.array(z.string()))).at(-1);
  if (stack === undefined) throw new RefbenchError("synthesis", "the environment has no stack to apply");
  await watchPods(context, (watched) => applyStack(watched, stack, place));
}

/** Passes on what a worker notes. */
export function reportNotes(report: StageContext["report"]): TaskOptions["onEvent"] {
  return (event) => {
    if (event.type === "note") report({ type: "note", level: "info", message: event.message });
  };
}

/** @throws RefbenchError `run_folder` if the secrets are lost */
export async function requireSecrets(folder: RunFolder): Promise<Secrets> {
  const secrets = await findSecrets(folder);
  if (secrets !== undefined) return secrets;
  throw new RefbenchError(
    "run_folder",
    `${folder.secrets} is missing, and Coder cannot be set up without the admin's password: end this run with "refbench teardown" and start another one`,
  );
}

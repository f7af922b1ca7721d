import { execa } from "execa";
import { z } from "zod";
import { composePorts } from "../../harness/composition/compose.ts";
import { readJson } from "../../harness/tools/files/json-file.ts";
import { planSchema } from "../../harness/pipeline/folder/plan.ts";
import { openRunFolder } from "../../harness/pipeline/folder/run-folder.ts";
import { findSecrets } from "../../harness/pipeline/folder/secrets.ts";
import type { RehearsalOutcome } from "./outcome.ts";

type SecondPlan = RehearsalOutcome["secondPlan"];

/** Plans each stack of a provisioned run again, with the environment and the secrets that its apply had. */
export async function planAgain(cwd: string, runId: string, stop: AbortSignal): Promise<SecondPlan> {
  const folder = await openRunFolder(cwd, runId);
  const ports = await composePorts(folder, await readJson(folder.plan, planSchema), process.env);
  const secrets = await findSecrets(folder);
  const env = { ...ports.childEnv, ...(secrets === undefined ? {} : ports.terraformSecrets(secrets)) };
  const plans: SecondPlan = {};
  for (const stack of await readJson(folder.result("stacks"), z.array(z.string()))) {
    const { exitCode, all } = await execa(
      "terraform",
      ["plan", "-detailed-exitcode", "-input=false", "-no-color"],
      { cwd: folder.stack(stack), env, extendEnv: false, all: true, reject: false, cancelSignal: stop },
    );
    plans[stack] = exitCode === 0 ? "empty" : exitCode === 2 ? "changes" : "failed";
    if (exitCode !== 0) process.stderr.write(`${all}\n`);
    stop.throwIfAborted();
  }
  return plans;
}

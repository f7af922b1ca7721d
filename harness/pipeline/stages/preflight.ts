import { z } from "zod";
import { RefbenchError } from "../../model/error.ts";
import type { StageContext } from "../context.ts";
import { writeJson } from "../json-file.ts";

/** What preflight leaves: the tools as they were found. */
export const preflightResult = z.object({ terraform: z.string(), terraformPath: z.string() });

/** Asks everything that can be asked before anything is created. */
export async function preflight({ ports, plan, folder, signal }: StageContext): Promise<string> {
  const terraform = await ports.terraform.version({ env: ports.childEnv, signal });
  const answer = await ports.inventory.list({ runId: plan.runId }, signal);
  if (answer.state === "failed") {
    throw new RefbenchError(
      "infrastructure",
      `the inventory (${answer.scope}) cannot be asked, so no teardown could be verified: ${answer.reason}`,
    );
  }
  if (answer.items.length > 0) {
    throw new RefbenchError(
      "infrastructure",
      `${answer.items.length} resources of this run exist already: run "refbench teardown ${plan.runId}" first`,
    );
  }
  await writeJson(folder.result("preflight"), {
    terraform: terraform.version,
    terraformPath: terraform.path,
  });
  return `terraform ${terraform.version}, nothing of this run in the ${answer.scope}`;
}

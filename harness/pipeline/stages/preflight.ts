import { z } from "zod";
import { RefbenchError } from "../../model/error.ts";
import type { PreflightFinding } from "../../model/preflight-finding.ts";
import { askInventory } from "../ask-inventory.ts";
import type { StageContext } from "../context.ts";
import { writeJson } from "../json-file.ts";

/** What preflight leaves: the tools as they were found. */
export const preflightResult = z.object({ terraform: z.string(), terraformPath: z.string() });

/**
 * Asks everything that can be asked before anything is created. Every failure is told at once, each with its fix:
 * whoever must mend five things wants to hear of five.
 */
export async function preflight(context: StageContext): Promise<string> {
  const { ports, plan, folder, signal, report } = context;
  const terraform = await ports.terraform.version({ env: ports.childEnv, signal });
  const findings = await ports.checks(signal);
  for (const { name, found } of findings.filter(({ state }) => state === "unknown"))
    report({ type: "note", level: "warning", message: `preflight could not ask for ${name}: ${found}` });
  const failed = findings.filter(({ state }) => state === "failed");
  if (failed.length > 0) throw new RefbenchError("infrastructure", failed.map(sentenceOf).join("; "));
  // Whatever was left out or not known: without an answer here no teardown could be verified.
  const answer = await askInventory(context);
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

function sentenceOf({ name, found, fix }: PreflightFinding): string {
  return fix === undefined ? `${name}: ${found}` : `${name}: ${found} (mend it: ${fix})`;
}

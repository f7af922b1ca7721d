import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { type OutputTarget, writeForms } from "../../results/output/outputs.ts";
import { jsonText } from "../../tools/safe-text.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";
import type { Expectation } from "../expectation/expectation.ts";
import { expectMemory } from "../expectation/expected-memory.ts";
import { expectLoadTime } from "../expectation/expected-time.ts";

/** How long a load should take on this deployment, and the memory that it should need here. */
export function expectLoad(
  task: LoadTask,
  { url, builds }: Pick<DeploymentLook, "url" | "builds">,
): Expectation {
  return { time: expectLoadTime(task, builds), generator: expectMemory(task, url.startsWith("https:")) };
}

/** Writes the result of a dry run where JSON is requested; a reader has seen it on stderr. */
export async function writeDryRun(
  { task, look }: { readonly task: LoadTask; readonly look: DeploymentLook },
  outputs: readonly OutputSpec[],
  {
    target,
    pods,
  }: {
    readonly target: OutputTarget;
    /** The pods that would make the load, in words. */
    readonly pods?: string | undefined;
  },
): Promise<void> {
  const expected = { ...expectLoad(task, look), ...(pods === undefined ? {} : { pods }) };
  const result = { schemaVersion: 1, coder: look.url, dryRun: true, expected };
  await writeForms(
    () => jsonText(result),
    outputs.filter(({ format }) => format === "json"),
    target,
  );
}

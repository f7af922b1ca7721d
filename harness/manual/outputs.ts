import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  type CloudOutputs,
  cloudOutputsSchema,
  type CoderOutputs,
  coderOutputsSchema,
} from "../../stacks/outputs.ts";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import { RefbenchError } from "../tools/error.ts";
import type { ManualDeployment } from "./deployment.ts";
import { parseJson } from "../tools/parse-json.ts";

/** The outputs of a Terraform state. Every Terraform since 0.12 writes version 4. */
const stateSchema = z.object({
  version: z.literal(4),
  outputs: z.record(z.string(), z.object({ value: z.unknown() })),
});

/**
 * Returns the outputs of an environment's stacks. They are read from the states, because `terraform output`
 * needs a synthesized stack, which a fresh shell does not have. Throws `usage` if an output is missing.
 */
export async function getOutputs(
  deployment: ManualDeployment,
  env: NodeJS.ProcessEnv,
): Promise<CoderOutputs & CloudOutputs> {
  const outputs: Record<string, unknown> = {};
  for (const stack of deployment.stacks) {
    const { where, text } = await findState(deployment, stack, env);
    if (text === undefined) continue;
    for (const [name, { value }] of Object.entries(parseOutputs(text, where))) outputs[name] = value;
  }
  const parsed = coderOutputsSchema.and(cloudOutputsSchema).safeParse(outputs);
  if (parsed.success) return parsed.data;
  throw new RefbenchError(
    "usage",
    `the state of ${deployment.stacks.join(" and ")} does not contain Coder's address: ${deployment.environment.architecture} is not deployed, or not completely; there is nothing to drain before "npx cdktf destroy"`,
    { cause: parsed.error },
  );
}

async function findState(
  { folder, environment }: ManualDeployment,
  stack: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly where: string; readonly text: string | undefined }> {
  const { stateBucket, runId, region } = environment;
  if (stateBucket == null) {
    const where = join(folder, stack, "terraform.tfstate");
    try {
      return { where, text: await readFile(where, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { where, text: undefined };
      throw new RefbenchError("run_folder", `cannot read ${where}`, { cause: error });
    }
  }
  const url = new URL(stateBucket);
  const isGoogle = url.protocol === "gs:";
  if (!isGoogle && !url.searchParams.has("region")) url.searchParams.set("region", region);
  const bucket = await openBucket(url.href, env, "the environment's state bucket");
  // The key that Terraform's backends use.
  const key = `state/${runId}/${stack}/${isGoogle ? "default" : "terraform"}.tfstate`;
  const bytes = await bucket.get(key);
  return { where: `${bucket.url} (${key})`, text: bytes && Buffer.from(bytes).toString("utf8") };
}

function parseOutputs(text: string, where: string): z.infer<typeof stateSchema>["outputs"] {
  try {
    return stateSchema.parse(parseJson(text)).outputs;
  } catch (cause) {
    throw new RefbenchError("usage", `${where} is not a Terraform state of version 4`, { cause });
  }
}

import type { TerraformOptions } from "../../model/ports/terraform.ts";
import type { StageContext } from "../context/context.ts";
import { findSecrets } from "../folder/secrets.ts";

/** Suffix of the stacks that live in a cluster of another stack. */
export const CLUSTER_STACK = "-coder";

/** Runs Terraform in one stack, with the run's secrets in its environment, and reports its progress. */
export async function withTerraform<Result>(
  { folder, ports, signal, report, log, mirror }: StageContext,
  stack: string,
  run: (options: TerraformOptions) => Promise<Result>,
): Promise<Result> {
  const secrets = await findSecrets(folder);
  const variables = secrets === undefined ? {} : ports.terraformSecrets(secrets);
  return run({
    env: { ...ports.childEnv, ...variables },
    signal,
    onProgress: (progress) => {
      report({ type: "terraform.progress", stack, progress });
      if (progress.state === "complete") mirror?.soon();
    },
    onLine: (line) => log(`[${stack}] ${line}`),
  });
}

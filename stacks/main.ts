import { join } from "node:path";
import { App } from "cdktf";
import { ArchitectureError } from "../reference-architectures/error.ts";
import { architectures, getArchitecture } from "../reference-architectures/catalogue.ts";
import { addDeployment } from "./add-deployment.ts";
import { writeSecretJson } from "./manual/manual-secrets.ts";
import { readEnvironments } from "./read-environments.ts";
import type { Deployment } from "./read-environment.ts";
import { EnvironmentError } from "./read-json.ts";
import { ephemeralVariables } from "./secrets.ts";
import { writeShapes } from "./export/shape.ts";

const app = new App();
try {
  const deployments = await readEnvironments([...architectures.values()], process.env);
  for (const deployment of deployments) await addDeployment(app, deployment);
  app.synth();
  if (process.env["REFBENCH_SHAPES"] === "1") await writeShapes(app);
  for (const deployment of deployments) await writeSecrets(deployment);
} catch (error) {
  if (!(error instanceof ArchitectureError || error instanceof EnvironmentError)) throw error;
  // A mistake of the user: the message helps, the stack trace does not.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** Writes the ephemeral variables of a manual environment beside the stack, where Terraform finds them. */
async function writeSecrets({ environment, secrets }: Deployment): Promise<void> {
  if (secrets === undefined) return;
  for (const stack of getArchitecture(environment.architecture).stacks) {
    const values = Object.fromEntries(
      ephemeralVariables(stack, environment).map((name) => [name, secrets[name]]),
    );
    await writeSecretJson(join(app.outdir, "stacks", stack, "secrets.auto.tfvars.json"), values);
  }
}

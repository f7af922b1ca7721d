import { readFileSync } from "node:fs";
import type { Size } from "../reference-architectures/architecture.ts";
import { templateProviders } from "../reference-architectures/artefacts/template-providers.ts";
import { literal } from "./literal.ts";
import { packageFile } from "../reference-architectures/package-file.ts";

/** The folder beside each Coder server in which builds find the providers of the workspace template. */
export const PROVIDER_FOLDER = "/opt/coder-providers";

/** What fills that folder and tells Terraform of it. */
export interface ProviderMirror {
  /** Shell script, escaped for Terraform; its arguments are the folder and the providers. */
  readonly script: string;
  /** `namespace/type=version` of each. */
  readonly providers: readonly string[];
}

/** How a Coder server gets the mirror of an architecture's template; undefined where builds ask the registry. */
export function providerMirror(architecture: string, size: Size): ProviderMirror | undefined {
  if (size.templateProviders === "registry") return undefined;
  return {
    script: literal(readFileSync(packageFile("stacks/startup/provider-mirror.sh"), "utf8")),
    providers: templateProviders(architecture).map(({ source, version }) => `${source}=${version}`),
  };
}

/** Terraform reads it in every build: Coder leaves variables that are not its own to it. */
export function providerEnvironment({ templateProviders: from }: Size): Record<string, string> {
  return from === "mirror" ? { TF_CLI_CONFIG_FILE: `${PROVIDER_FOLDER}/terraform.rc` } : {};
}

import { readFileSync } from "node:fs";
import type { Size } from "../reference-architectures/architecture.ts";
import { templateProviders } from "../reference-architectures/artefacts/template-providers.ts";
import { literal } from "./literal.ts";
import { packageFile } from "../reference-architectures/package-file.ts";

/** The folder beside each Coder server with the providers of the workspace template, for builds. */
export const PROVIDER_FOLDER = "/opt/coder-providers";

/** The script that fills that folder, and the setting by which Terraform uses it. */
export interface ProviderMirror {
  /** A shell script, escaped for Terraform. Its arguments are the folder and the providers. */
  readonly script: string;
  /** `namespace/type=version` of each provider. */
  readonly providers: readonly string[];
}

/** Returns how a Coder server gets the mirror of an architecture's template; undefined if builds use the registry. */
export function providerMirror(architecture: string, size: Size): ProviderMirror | undefined {
  if (size.templateProviders === "registry") return undefined;
  return {
    script: literal(readFileSync(packageFile("stacks/startup/provider-mirror.sh"), "utf8")),
    providers: templateProviders(architecture).map(({ source, version }) => `${source}=${version}`),
  };
}

/** Terraform reads it in every build, because Coder passes variables that are not its own. */
export function providerEnvironment({ templateProviders: from }: Size): Record<string, string> {
  return from === "mirror" ? { TF_CLI_CONFIG_FILE: `${PROVIDER_FOLDER}/terraform.rc` } : {};
}

import { readFileSync } from "node:fs";
import { packageFile } from "../package-file.ts";
import { templateFolder } from "../template-folder.ts";

/** One provider of a workspace template. */
export interface TemplateProvider {
  /** In the public registry, such as `coder/coder`. */
  readonly source: string;
  /** The exact version that the template pins. */
  readonly version: string;
}

/** An entry of `required_providers`; the templates pin exact versions. */
const REQUIRED_PROVIDER = /source\s*=\s*"([a-z0-9-]+\/[a-z0-9-]+)"\s+version\s*=\s*"(\d+\.\d+\.\d+)"/g;

/** Reads the providers of an architecture's workspace template, as its `main.tf` pins them. */
export function templateProviders(architectureName: string): readonly TemplateProvider[] {
  const text = readFileSync(packageFile(templateFolder(architectureName), "main.tf"), "utf8");
  return [...text.matchAll(REQUIRED_PROVIDER)].map(([, source = "", version = ""]) => ({ source, version }));
}

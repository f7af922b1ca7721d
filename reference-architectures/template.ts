import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Size } from "./architecture.ts";
import { getArchitecture } from "./catalogue.ts";
import { pinnedImage } from "./artefacts/workspace-image.ts";
import { packageFile } from "./package-file.ts";
import { templateFolder } from "./template-folder.ts";

/** Reads the Coder workspace template of an architecture: file name → content, as it is uploaded. */
export async function readTemplate(architectureName: string): Promise<Record<string, string>> {
  const folder = packageFile(templateFolder(architectureName));
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  );
  return Object.fromEntries(files);
}

/** The run that a template's workspaces belong to. */
export interface TemplateRun {
  readonly architecture: string;
  readonly size: Size;
  readonly runId: string;
  readonly owner: string;
  /** Unix seconds; null = no hard expiry. */
  readonly expiresAt: number | null;
  /** The place of workspaces, from the outputs of the stacks. */
  readonly place: Readonly<Record<string, string>>;
  /** The digest of the workspace image in its registry; absent = the image is pulled by its tag. */
  readonly workspaceImageDigest?: string | undefined;
}

/** Returns the Terraform variables of the template: labels of everything that a workspace creates, and its resources. */
export function templateVariables(run: TemplateRun): Record<string, string> {
  return {
    bench_run: run.runId,
    bench_env: run.architecture,
    bench_owner: run.owner,
    bench_expires: run.expiresAt === null ? "never" : String(run.expiresAt),
    ...shareOf(run),
    ...run.place,
  };
}

/** Returns the resources of a workspace's pod or container. A machine's resources follow from its type. */
function shareOf({ architecture, size, workspaceImageDigest }: TemplateRun): Record<string, string> {
  if (getArchitecture(architecture).carriedBy === "machine-each") return {};
  const { cpuMillis, memoryMib, image } = size.workspacePod;
  return { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi`, image: pinnedImage(image, workspaceImageDigest) };
}

/** Returns the parameters of each workspace. */
export function templateParameters(size: Size): Record<string, string> {
  return { home_disk_size: String(size.homeVolumeGib) };
}

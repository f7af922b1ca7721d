import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Size } from "./architecture.ts";
import { getArchitecture } from "./catalogue.ts";
import { pinnedImage } from "./artefacts/workspace-image.ts";
import { packageFile } from "./package-file.ts";

/** The Coder workspace template of an architecture: file name → content, as it is uploaded. */
export async function readTemplate(architectureName: string): Promise<Record<string, string>> {
  const folder = packageFile("reference-architectures", getArchitecture(architectureName).name, "template");
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  );
  return Object.fromEntries(files);
}

/** What a template is told about the run that its workspaces belong to. */
export interface TemplateRun {
  readonly architecture: string;
  readonly size: Size;
  readonly runId: string;
  readonly owner: string;
  /** Unix seconds; null = no hard expiry. */
  readonly expiresAt: number | null;
  /** What the stacks say of where workspaces are made. */
  readonly place: Readonly<Record<string, string>>;
  /** What the registry called the workspace image by; absent = by its tag alone. */
  readonly workspaceImageDigest?: string | undefined;
}

/** Terraform variables of the template: the labels of everything that a workspace creates, and what it asks for. */
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

/** What a workspace's pod or container asks for; a machine has what its type has. */
function shareOf({ architecture, size, workspaceImageDigest }: TemplateRun): Record<string, string> {
  if (getArchitecture(architecture).carriedBy === "machine-each") return {};
  const { cpuMillis, memoryMib, image } = size.workspacePod;
  return { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi`, image: pinnedImage(image, workspaceImageDigest) };
}

/** Parameters of each workspace. */
export function templateParameters(size: Size): Record<string, string> {
  return { home_disk_size: String(size.homeVolumeGib) };
}

import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { getArchitecture, type ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { ENVIRONMENT_SCHEMA_VERSION, type Environment } from "../../../stacks/environment.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { SHAPE_FILE, synthesize } from "../synthesize.ts";
import type { Files } from "./generalize.ts";
import { exportReadme } from "./readme.ts";
import { FIRST_ROOT, namedCrossOutputs } from "./names.ts";
import { rootFiles } from "./root.ts";
import type { Shape, StackJson } from "./stack-json.ts";
import {
  addedVariables,
  EXPORT_CONTEXT,
  EXPORT_KUBECONFIG,
  EXPORT_OWNER,
  EXPORT_RUN_ID,
  type ExportPlace,
  placeholdersOf,
  projectOf,
} from "./variables.ts";

/** A size of an architecture, and where it is to be made. */
export interface ExportRequest {
  readonly size: ResolvedSize;
  readonly place: ExportPlace;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Returns Terraform roots that make what the architecture's stacks make, by path: `cloud/main.tf`. They need nothing of
 * refbench. All come from the stacks' own synthesis. Throws `synthesis`.
 */
export async function exportedFiles(request: ExportRequest): Promise<Files> {
  const { size, place } = request;
  const architecture = getArchitecture(size.architecture);
  const stacks = await synthesizedStacks(request, architecture);
  const placeholders = placeholdersOf(architecture, place, spareZone(stacks, place));
  const variables = addedVariables(architecture, place, placeholders);
  const files: Files = new Map();
  const crossOutputs = new Map(stacks.flatMap(({ stack }) => [...namedCrossOutputs(stack)]));
  for (const { root, stack, shape } of stacks) {
    const written = rootFiles({ stack, shape, placeholders, variables, crossOutputs });
    for (const [path, text] of written) files.set(`${root}/${path}`, text);
  }
  files.set("README.md", exportReadme(size, architecture, files));
  return new Map([...files].toSorted(([one], [other]) => one.localeCompare(other)));
}

interface SynthesizedStack {
  readonly root: string;
  readonly stack: StackJson;
  readonly shape: Shape;
}

async function synthesizedStacks(
  { size, place, env, signal }: ExportRequest,
  architecture: Architecture,
): Promise<readonly SynthesizedStack[]> {
  const directory = await mkdtemp(join(tmpdir(), "refbench-export-"));
  try {
    const environmentFile = join(directory, "environment.json");
    await writeFile(environmentFile, JSON.stringify(environmentOf(size, architecture, place)));
    await synthesize({ environmentFile, directory, env, signal, shapes: true });
    return await Promise.all(
      architecture.stacks.map(async (name) => {
        const read = async (file: string): Promise<unknown> =>
          parseJson(await readFile(join(directory, name, file), "utf8"));
        return {
          root: name.endsWith("-coder") ? "coder" : FIRST_ROOT,
          stack: (await read("cdk.tf.json")) as StackJson,
          shape: (await read(SHAPE_FILE)) as Shape,
        };
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** An environment without an expiry, a load runner or a certificate: what stays when nothing is measured. */
function environmentOf(
  { architecture: name, name: size, overrides, figures }: ResolvedSize,
  architecture: Architecture,
  place: ExportPlace,
): Environment {
  return {
    schemaVersion: ENVIRONMENT_SCHEMA_VERSION,
    architecture: name,
    size,
    overrides,
    runId: EXPORT_RUN_ID,
    owner: EXPORT_OWNER,
    managed: "cdktf",
    expiresAt: null,
    project: projectOf(architecture, place),
    region: place.region,
    zone: place.zone,
    coderVersion: figures.coder.version,
    ...(architecture.carriedBy === "own-cluster"
      ? {
          ownCluster: {
            kubeconfig: EXPORT_KUBECONFIG,
            context: EXPORT_CONTEXT,
            workspaceNodes: Math.max(1, figures.machines.workspaces.nodes),
          },
        }
      : {}),
  };
}

/** The zone of the region in which AWS' stacks have a subnet that nothing uses. */
function spareZone(stacks: readonly SynthesizedStack[], { zone }: ExportPlace): string | undefined {
  return stacks
    .flatMap(({ stack }) => Object.values(stack.resource?.["aws_subnet"] ?? {}))
    .map(({ availability_zone: found }) => String(found))
    .find((found) => found !== zone);
}

/** Refuses a folder that has anything in it, or that is none. Creates nothing. Throws `usage`. */
export async function refuseFullFolder(folder: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new RefbenchError(
      "usage",
      `--out is ${folder}, which is no folder that can be read (${messageOf(error)}): name a new or an empty one`,
      { cause: error },
    );
  }
  const [first] = names;
  if (first === undefined) return;
  throw new RefbenchError(
    "usage",
    `--out is ${folder}, which is not empty (it has ${first}): name a new or an empty folder`,
  );
}

/** Writes the files into a new or an empty folder, all of them or none. Throws `usage`. */
export async function writeExport(folder: string, files: Files): Promise<void> {
  const target = resolve(folder);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    for (const [path, text] of files) {
      const file = join(draft, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new RefbenchError(
      "usage",
      `cannot write ${target} (${messageOf(error)}): free space or fix permissions, or name another folder in --out`,
      { cause: error },
    );
  }
}

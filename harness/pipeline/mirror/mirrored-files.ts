import { join } from "node:path";
import { z } from "zod";
import { findFile, listFolder } from "../../tools/files/local-files.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { parseJson } from "../../tools/parse-json.ts";

/**
 * The files that a teardown on another machine needs, and the run's measurements. Never the secrets, the log or the
 * events.
 */
const FILES = [
  "environment.json",
  "plan.json",
  "faults.json",
  "owner.json",
  "keep.json",
  "stacks.json",
  "preflight.json",
  "provision.json",
  "bootstrap.json",
  "load.json",
  "machines.json",
  "drain.json",
  "audit.json",
  "record.json",
] as const;

/** Without this note of the backend, a manual init would offer to migrate the state, and empty it. */
const BACKEND_NOTE = ".terraform/terraform.tfstate";
const STACK_FILES = ["cdk.tf.json", ".terraform.lock.hcl", "terraform.tfstate", BACKEND_NOTE] as const;
const STACK_FILE = new RegExp(
  `^terraform/[a-z0-9][a-z0-9-]*/(${STACK_FILES.map((name) => name.replaceAll(".", "\\.")).join("|")})$`,
);

/** Whether a file of this name, relative to the run's folder, is mirrored. */
export function isMirrored(name: string): boolean {
  return (FILES as readonly string[]).includes(name) || STACK_FILE.test(name);
}

/**
 * Whether a mirrored file is restored. Stacks are not: Terraform executes what they say, and a person who can
 * write to the bucket may not have the credentials on this machine. They are synthesized again from the
 * environment.
 */
export function isRestored(name: string): boolean {
  return isMirrored(name) && (isState(name) || !name.startsWith("terraform/"));
}

/**
 * The providers that a state of refbench may name: Terraform installs and runs every provider that a state
 * names.
 */
const PROVIDER =
  /^provider\["(registry\.terraform\.io\/hashicorp\/[a-z-]+|terraform\.io\/builtin\/terraform)"\]/;

/**
 * The first provider in a state that refbench does not use; undefined if there is none or the state is
 * unreadable.
 */
export function foreignProvider(state: Uint8Array): string | undefined {
  const parsed = providersSchema.safeParse(parsedJson(state));
  return parsed.data?.resources.map(({ provider }) => provider).find((provider) => !PROVIDER.test(provider));
}

const providersSchema = z.object({ resources: z.array(z.object({ provider: z.string() })) });

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

export function isState(name: string): boolean {
  return name.endsWith("/terraform.tfstate") && !name.endsWith(BACKEND_NOTE);
}

/** The mirrored files that the folder contains now, by their name relative to it. */
export async function readMirrored(folder: RunFolder): Promise<ReadonlyMap<string, Buffer>> {
  const stacks = (await listFolder(folder.terraform)).filter((entry) => entry.isDirectory());
  const names = [
    ...FILES,
    ...stacks.flatMap(({ name: stack }) => STACK_FILES.map((name) => `terraform/${stack}/${name}`)),
  ];
  const found = new Map<string, Buffer>();
  for (const name of names.filter(isMirrored)) {
    const bytes = await findFile(join(folder.path, name));
    // Terraform writes its state in place: half a state is worse than the earlier copy.
    if (bytes !== undefined && (!name.endsWith(".tfstate") || stateVersion(bytes) !== undefined))
      found.set(name, bytes);
  }
  return found;
}

/** Terraform's own count of a state's changes, which orders two states. */
export function stateVersion(
  bytes: Uint8Array,
): { readonly lineage: string; readonly serial: number } | undefined {
  try {
    const { lineage = "", serial = 0 } = parseJson(Buffer.from(bytes).toString()) as {
      lineage?: string;
      serial?: number;
    };
    return { lineage, serial };
  } catch {
    return undefined;
  }
}

/** Whether the first state is an earlier version of the second. */
export function isOlderState(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [stateVersion(one), stateVersion(other)];
  return a !== undefined && b !== undefined && a.lineage === b.lineage && a.serial < b.serial;
}

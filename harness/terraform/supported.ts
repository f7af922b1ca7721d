import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { RefbenchError } from "../tools/error.ts";

/** The oldest Terraform with write-only attributes, which keep secrets out of the state. */
export const SUPPORTED_TERRAFORM = ">= 1.11";
/** The page from which to download Terraform. */
export const TERRAFORM_INSTALL = "https://developer.hashicorp.com/terraform/install";

const NEXT_STEP = `install Terraform ${SUPPORTED_TERRAFORM} from ${TERRAFORM_INSTALL} and put it on PATH`;

/** Throws if Terraform is older than the stacks need, or if its version cannot be read. */
export function requireSupported(version: string, path: string): void {
  const parts = /^(\d+)\.(\d+)\./.exec(version);
  const [major, minor] = [Number(parts?.[1]), Number(parts?.[2])];
  if (major > 1 || (major === 1 && minor >= 11)) return;
  throw new RefbenchError(
    "usage",
    `terraform ${version} at ${path} is not supported: the stacks need Terraform ${SUPPORTED_TERRAFORM} (write-only attributes); ${NEXT_STEP}`,
  );
}

/** Returns the error of a program named terraform that does not print its version like Terraform. */
export function unreadableVersion(answer: string, path: string, cause: unknown): RefbenchError {
  const said = JSON.stringify(answer.slice(0, 100));
  return new RefbenchError(
    "usage",
    `${path} does not print its version like Terraform: "version -json" printed ${said}; ${NEXT_STEP}`,
    { cause },
  );
}

/**
 * Returns the path of a program: as given if it is a path, else from the PATH of `env`. Throws `usage` if it is not
 * found.
 */
export async function findTerraform(binary: string, env: NodeJS.ProcessEnv): Promise<string> {
  const isPath = isAbsolute(binary) || binary.includes("/");
  const candidates = isPath
    ? [resolve(binary)]
    : (env["PATH"] ?? "")
        .split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => join(folder, binary));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new RefbenchError(
    "usage",
    `terraform was not found: no executable ${JSON.stringify(binary)}${isPath ? "" : " on PATH"}; ${NEXT_STEP}`,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

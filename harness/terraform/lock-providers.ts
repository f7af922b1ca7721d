import { stripVTControlCharacters } from "node:util";
import type { TerraformOptions } from "../model/ports/terraform.ts";
import { askTerraform } from "./process.ts";
import { redactorOf } from "./redact.ts";

/** The platforms on which a teardown may run: the machines of people and CI. */
export const LOCKED_PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"] as const;

/** Whether a stack's lock file contains a platform's hashes. */
export type PlatformLock =
  | { readonly platform: string; readonly locked: true }
  | { readonly platform: string; readonly locked: false; readonly reason: string };

/**
 * Adds the providers' hashes for every platform to a stack's lock file, one platform after the other. A platform that
 * fails is returned with its reason, and the others continue. Uses the providers' own registry, whatever mirror is
 * configured.
 */
export async function lockProviders(
  directory: string,
  options: Pick<TerraformOptions, "env" | "signal"> & {
    /** @default LOCKED_PLATFORMS */
    readonly platforms?: readonly string[];
    /** @default "terraform", on PATH */
    readonly binary?: string;
  },
): Promise<readonly PlatformLock[]> {
  const { env, signal, platforms = LOCKED_PLATFORMS, binary = "terraform" } = options;
  const redact = redactorOf(env);
  const locks: PlatformLock[] = [];
  for (const platform of platforms) {
    const args = ["providers", "lock", `-platform=${platform}`];
    const { ok, exit, stderr } = await askTerraform({ binary, directory, args, env, signal });
    if (ok) locks.push({ platform, locked: true });
    else locks.push({ platform, locked: false, reason: reasonIn(redact(stderr)) ?? exit });
  }
  return locks;
}

/** Terraform's message, without the frame around it. */
function reasonIn(stderr: string): string | undefined {
  const words = stripVTControlCharacters(stderr)
    .split("\n")
    .map((line) => line.replace(/^[│╷╵\s]+/, "").trim())
    .filter((line) => line !== "");
  const start = words.findIndex((line) => line.startsWith("Error:"));
  return start < 0 ? words.at(-1) : words.slice(start).join(" ");
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TerraformOptions } from "../../../harness/model/ports/terraform.ts";

/** A folder with one Terraform configuration, gone after the test. */
export async function stackOf(configuration: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "refbench-terraform-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "main.tf"), configuration);
  return directory;
}

/** Options of a caller who never aborts, with this machine's PATH. */
export function options(overrides: Partial<TerraformOptions> = {}): TerraformOptions {
  return {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** Resolves at the first call whose argument satisfies the condition. */
export function first<T>(condition: (value: T) => boolean): {
  readonly seen: Promise<void>;
  readonly tell: (value: T) => void;
} {
  let resolve: () => void;
  const seen = new Promise<void>((done) => (resolve = done));
  return { seen, tell: (value) => condition(value) && resolve() };
}

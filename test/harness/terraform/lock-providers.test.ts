import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LOCKED_PLATFORMS, lockProviders } from "../../../harness/terraform/lock-providers.ts";
import { options, stackOf } from "./stack.ts";

/** A program in terraform's place that notes what it is asked and cannot have one platform. */
async function standIn(directory: string, missing: string): Promise<string> {
  const path = join(directory, "terraform");
  await writeFile(
    path,
    `#!/bin/sh
echo "$@" >> asked
case "$*" in *${missing}*) printf '╷\\n│ Error: Could not retrieve providers for locking\\n│ \\n│ no package for ${missing}\\n╵\\n' >&2; exit 1;; esac
`,
  );
  await chmod(path, 0o755);
  return path;
}

test("providers are locked for linux and darwin, amd64 and arm64, and a failed platform is returned", async () => {
  const directory = await stackOf("");
  const binary = await standIn(directory, "darwin_amd64");
  const locks = await lockProviders(directory, { ...options(), binary });
  expect(locks.map(({ platform }) => platform)).toEqual([...LOCKED_PLATFORMS]);
  expect(locks.filter(({ locked }) => !locked)).toEqual([
    {
      platform: "darwin_amd64",
      locked: false,
      reason: "Error: Could not retrieve providers for locking no package for darwin_amd64",
    },
  ]);
  expect((await readFile(join(directory, "asked"), "utf8")).trim().split("\n")).toEqual(
    LOCKED_PLATFORMS.map((platform) => `providers lock -platform=${platform}`),
  );
});

test("a stack that needs no provider is locked by the real terraform for every platform", async () => {
  const directory = await stackOf(`resource "terraform_data" "network" {}`);
  const locks = await lockProviders(directory, options());
  expect(locks.every(({ locked }) => locked)).toBe(true);
});

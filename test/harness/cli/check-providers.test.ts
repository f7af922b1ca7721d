import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkProviders } from "../../../harness/cli/check-providers.ts";
import { TYPES_IN_USE } from "../../../rehearsal/twin/types-in-use.ts";

test("without a mirror of providers doctor passes, and says how to make one", async () => {
  expect(await checkProviders({})).toMatchObject({
    state: "optional",
    next: expect.stringContaining("providers mirror") as string,
  });
});

test("a mirror is complete when it has every provider in the version that the stacks pin", async () => {
  const mirror = await mkdtemp(join(tmpdir(), "refbench-mirror-"));
  const env = { REFBENCH_PROVIDER_MIRROR: mirror };
  for (const [name, { version }] of Object.entries(TYPES_IN_USE)) {
    expect(await checkProviders(env)).toMatchObject({
      state: "optional",
      found: expect.stringContaining(name) as string,
    });
    await mkdir(join(mirror, "registry.terraform.io/hashicorp", name, version), { recursive: true });
  }
  expect(await checkProviders(env)).toMatchObject({ state: "ok", found: mirror });
});

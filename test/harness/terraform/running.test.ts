import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWorking } from "../../../harness/terraform/running.ts";

test("no mark means that no terraform works there; a mark that cannot be read does not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-running-"));
  try {
    expect(findWorking(folder)).toBeUndefined();
    await writeFile(join(folder, ".refbench-terraform.json"), "{");
    expect(() => findWorking(folder)).toThrow(/it is not known whether a terraform works in/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

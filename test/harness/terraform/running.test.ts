import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWorking } from "../../../harness/terraform/running.ts";

test("a missing mark means that no terraform works there, and an unreadable one does not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-running-"));
  try {
    expect(findWorking(folder)).toBeUndefined();
    await writeFile(join(folder, ".refbench-terraform.json"), "{");
    expect(() => findWorking(folder)).toThrow(/it is not known whether a terraform works in/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

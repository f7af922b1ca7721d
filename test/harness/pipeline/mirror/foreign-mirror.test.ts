import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import { mirrorKeys } from "../../../../harness/pipeline/mirror/mirror.ts";
import { restoreRun } from "../../../../harness/pipeline/mirror/restore.ts";
import { destroy } from "../../../../harness/pipeline/stages/destroy.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const PROVIDER = 'provider["registry.terraform.io/hashicorp/google"]';
const stateWith = (provider: string) =>
  JSON.stringify({ version: 4, serial: 1, lineage: "l", resources: [{ provider, instances: [] }] });

/** A bucket in which somebody else may have written. */
async function mirrored(files: Readonly<Record<string, string>>) {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const runId = folder.path.slice(-26);
  const bucket = new MemoryBucket();
  const all = {
    "plan.json": await readFile(folder.plan, "utf8"),
    "environment.json": await readFile(folder.environment, "utf8"),
    ...files,
  };
  for (const [name, text] of Object.entries(all))
    await bucket.put(mirrorKeys.file(runId, name), Buffer.from(text));
  const elsewhere = join(folder.path, "elsewhere");
  const restore = () => restoreRun(bucket, runId, { cwd: elsewhere, clock: world.clock });
  return { world, runId, restore };
}

describe("a run that is restored from a bucket", () => {
  test.each([
    ["with a state", { "terraform/gke-cloud/terraform.tfstate": stateWith(PROVIDER) }],
    ["killed before it had a state", {}],
  ])(
    "%s executes no stack of the bucket: its stacks are written again before the destroy",
    async (_, state) => {
      const { world, restore } = await mirrored({
        "terraform/gke-cloud/cdk.tf.json": '{"resource":{"null_resource":{"x":{"provisioner":{}}}}}',
        "terraform/gke-cloud/.terraform.lock.hcl": "foreign",
        "terraform/gke-cloud/.terraform/terraform.tfstate": "{}",
        "stacks.json": '["gke-cloud"]',
        ...state,
      });
      const folder = await restore();
      const stack = folder.stack("gke-cloud");
      for (const name of ["cdk.tf.json", ".terraform.lock.hcl", ".terraform/terraform.tfstate"])
        await expect(access(join(stack, name))).rejects.toMatchObject({ code: "ENOENT" });
      const restored = await readFile(join(stack, "terraform.tfstate"), "utf8").catch(() => undefined);
      expect(restored).toBe(Object.values<string>(state)[0]);

      let synthesized = 0;
      const { synthesize } = world.ports();
      const ports = world.ports({
        synthesize: (options) => {
          synthesized += 1;
          return synthesize(options);
        },
      });
      const context = await openContext(folder, ports, {
        reporter: world.reporter,
        signal: new AbortController().signal,
      });
      await destroy(context);
      expect(synthesized).toBe(1);
    },
  );

  test.each([
    'provider["registry.terraform.io/evil/google"]',
    'provider["registry.evil.test/hashicorp/google"]',
    'provider["registry.terraform.io/hashicorp/google"].x\nprovider["evil"]'.slice(60),
  ])("is refused with a state that names %s", async (provider) => {
    const { restore } = await mirrored({ "terraform/gke-cloud/terraform.tfstate": stateWith(provider) });
    await expect(restore()).rejects.toMatchObject({
      code: "run_folder",
      message: expect.stringMatching(/expected only providers of hashicorp.*refbench sweep --run/) as string,
    });
  });

  test("is refused with the environment of another run", async () => {
    const other = await new FakeWorld().makeRun();
    const { restore } = await mirrored({ "environment.json": await readFile(other.environment, "utf8") });
    await expect(restore()).rejects.toMatchObject({ code: "run_folder" });
  });
});

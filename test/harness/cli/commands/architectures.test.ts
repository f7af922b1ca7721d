import { expect, test } from "vitest";
import { architectures } from "../../../../reference-architectures/catalogue.ts";
import { architecturesCommand } from "../../../../harness/cli/commands/architectures.ts";
import { runCommand } from "./command-run.ts";

test("list shows every size of every architecture and whether it was verified on its cloud", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["list"]);
  expect(stdout).toMatch(/^gke +100 \* +100 +200 +30 +1,000 +no +never$/m);
  for (const { name, sizes } of architectures.values()) {
    for (const size of Object.keys(sizes)) expect(stdout).toMatch(new RegExp(`^${name} +${size}\\b`, "m"));
  }
});

test("list as JSON is the catalogue", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["list", "--output", "json"]);
  expect(JSON.parse(stdout)).toEqual([...architectures.values()]);
});

test("show tells every figure of the default size by the path that --set takes", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["show", "gke"], { env: {} });
  expect(stdout).toMatch(/^Size 100 /m);
  expect(stdout).toMatch(/^ +connections\.total +1000$/m);
  expect(stdout).toMatch(/^ +on cloud +never$/m);
});

test("show tells the size that was asked for", async () => {
  const { stdout } = await runCommand(architecturesCommand, [
    "show",
    "gke",
    "--size",
    "1200",
    "--output",
    "json",
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    name: "gke",
    size: "1200",
    verifiedOnCloud: "never",
    figures: { users: 1200 },
  });
});

test("a name or size that is not there is refused with those that are", async () => {
  await expect(runCommand(architecturesCommand, ["show", "gce"])).rejects.toThrow(
    /"gce", expected one of gke/,
  );
  await expect(runCommand(architecturesCommand, ["show", "gke", "--size", "7"])).rejects.toThrow(
    /"7", expected one of 100/,
  );
});

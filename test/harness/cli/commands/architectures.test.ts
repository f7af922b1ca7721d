import { expect, test } from "vitest";
import { architectures } from "../../../../reference-architectures/catalogue.ts";
import { architecturesCommand } from "../../../../harness/cli/commands/architectures.ts";
import { officialRecord } from "../../results/sample-record.ts";
import { directoryWith, runCommand } from "./command-run.ts";

test("list shows every size of every architecture and whether it was verified on its cloud", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["list"]);
  expect(stdout).toMatch(/^gke +100 \* +100 +200 +30 +1,000 +no +never$/m);
  for (const { name, sizes } of architectures.values()) {
    for (const size of Object.keys(sizes)) expect(stdout).toMatch(new RegExp(`^${name} +${size}\\b`, "m"));
  }
});

test("list as JSON is the catalogue", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["list", "--output", "json"]);
  expect(JSON.parse(stdout)).toEqual(
    [...architectures.values()].map((each) => ({ ...each, verifiedOnCloud: "never" })),
  );
});

test("show prints every figure of the default size by the path that --set takes", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["show", "gke"], { env: {} });
  expect(stdout).toMatch(/^Size 100 /m);
  expect(stdout).toMatch(/^ +connections\.total +1000$/m);
  expect(stdout).toMatch(/^ +on cloud +never$/m);
});

test("show prints the cost of a run, item by item, with the day of its prices", async () => {
  const { stdout } = await runCommand(architecturesCommand, ["show", "eks"], { env: {} });
  expect(stdout).toMatch(/^Cost of a run: \$\d+\.\d\d estimated, .* \(prices of 2026-07-20, us-east-2\)$/m);
  expect(stdout).toMatch(/^ +\$\d+\.\d\d +9 m6i\.xlarge for workspaces$/m);
  expect(stdout).toMatch(/^ +<\$0\.01 +/m);
  expect(stdout).toContain("us-east-2 is priced as us-east-1");
});

test("show prints the requested size", async () => {
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
    cost: { region: "us-central1", prices: "2026-08-03" },
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

test("an official record of this folder verifies its architecture", async () => {
  const record = officialRecord();
  const cwd = await directoryWith([record]);
  const { stdout } = await runCommand(architecturesCommand, ["show", record.architecture], { cwd, env: {} });
  expect(stdout).toMatch(/^ +on cloud +\d{4}-\d\d-\d\d \(\d+\.\d+\.\d+\)$/m);
});
